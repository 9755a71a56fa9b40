/** The machines that an image is made for, as container tools name them. */
export const arches = ["amd64", "arm64"] as const;
export type Arch = (typeof arches)[number];

/** Who the daemon is in the image. */
export const ID = 1000;
export const HOME = "/data";
export const PROGRAM = "/usr/local/bin/kata";
export const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

type Content = { from: "kata" | "system" } | { text: string } | { folder: true };
export type ImageFile = { path: string; mode: number; owner: number } & Content;

const libraries: Record<Arch, { loader: string; folder: string }> = {
  amd64: { loader: "/lib64/ld-linux-x86-64.so.2", folder: "/lib/x86_64-linux-gnu" },
  arm64: { loader: "/lib/ld-linux-aarch64.so.1", folder: "/lib/aarch64-linux-gnu" },
};

/** All that the image holds: there is no shell in it, and nothing that could be updated but by a new image. */
export function imageFiles(arch: Arch): readonly ImageFile[] {
  const { loader, folder } = libraries[arch];
  const needed = ["libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0"].map((name) => `${folder}/${name}`);
  return [
    { path: PROGRAM, mode: 0o755, owner: 0, from: "kata" },
    ...[loader, ...needed].map((path) => ({ path, mode: 0o755, owner: 0, from: "system" }) as const),
    { path: AUTHORITIES, mode: 0o644, owner: 0, from: "system" },
    { path: "/etc/passwd", mode: 0o644, owner: 0, text: `kata:x:${ID}:${ID}::${HOME}:/sbin/nologin` },
    { path: "/etc/group", mode: 0o644, owner: 0, text: `kata:x:${ID}:` },
    { path: "/tmp", mode: 0o1777, owner: 0, folder: true },
    { path: HOME, mode: 0o700, owner: ID, folder: true },
  ];
}
