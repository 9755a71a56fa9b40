import { steerToSecond } from "./steering.ts";

type Server = { stop(force: boolean): Promise<void> };

const leaving = new WeakSet<object>();

/** Whether a server takes nobody more, so that a connection to it had better end with its next reply. */
export function isLeaving(server: object): boolean {
  return leaving.has(server);
}

/**
 * Lets a server go when a second one has come to share its port. Who comes from now on gets to the other; who is there goes
 * on, and is given the time after which an idle connection ends by itself: closing one under a caller who is just about to
 * ask would be a reset. `end` is for when that has to be cut short; streams go on even so, until `ended`.
 */
export function leave(server: Server, port: number, patienceMs: number): { end(): void; ended: Promise<void> } {
  leaving.add(server);
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => resolve(server.stop(false)), patienceMs);
  // It must not keep alive a daemon that is done.
  timer.unref();
  const end = () => {
    clearTimeout(timer);
    resolve(server.stop(false));
  };
  if (!steerToSecond(port)) end();
  return { end, ended: promise };
}
