import { type Arch, AUTHORITIES, HOME, ID, type ImageFile, imageFiles, PROGRAM } from "./image.ts";

/** A Containerfile (Dockerfile) for an image that holds kata and what it needs to run, and nothing else. */
export function containerfile(arch: Arch): string {
  return `# kata in a container: with the program beside this file as "kata",
#   podman build --platform linux/${arch} -t kata .

FROM debian:12-slim AS files
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
COPY kata /kata
RUN set -eu; \\
${imageFiles(arch)
  .map((file) => `    ${commandFor(file)}`)
  .join("; \\\n")}

FROM scratch
COPY --from=files /image/ /
USER ${ID}:${ID}
ENV KATA_HOME=${HOME} SSL_CERT_FILE=${AUTHORITIES}
VOLUME ${HOME}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["${PROGRAM}", "health"]
ENTRYPOINT ["${PROGRAM}"]
CMD ["daemon", "start", "--foreground"]`;
}

/** The shell command that puts a file of the image into its place. */
function commandFor(file: ImageFile): string {
  const to = `/image${file.path}`;
  const how = `-m ${file.mode.toString(8).padStart(4, "0")} -o ${file.owner} -g ${file.owner}`;
  if ("folder" in file) return `install -d ${how} ${to}`;
  if ("text" in file) return `echo '${file.text}' | install -D ${how} /dev/stdin ${to}`;
  return `install -D ${how} ${file.from === "kata" ? "/kata" : file.path} ${to}`;
}
