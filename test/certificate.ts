import { chmodSync } from "node:fs";
import { join } from "node:path";

/** A certificate that openssl made, with its key, for a test: signed by `by`, else by itself. */
export type Made = { cert: string; key: string };

/** Makes PEM files in a folder. `names` are what the certificate is for, such as `IP:127.0.0.1`. */
export async function makeCertificate(
  folder: string,
  name: string,
  { names = ["IP:127.0.0.1"], by }: { names?: string[]; by?: Made } = {},
): Promise<Made> {
  const made = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names.join(",")}`];
  const signed = by ? ["-CA", by.cert, "-CAkey", by.key, "-addext", "basicConstraints=critical,CA:FALSE"] : [];
  await Bun.$`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ${subject} ${signed} -keyout ${made.key} -out ${made.cert}`.quiet();
  chmodSync(made.key, 0o600);
  return made;
}
