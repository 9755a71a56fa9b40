/** Waits so long, or until the signal ends it. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const end = () => resolve();
  signal.addEventListener("abort", end, { once: true });
  await promise;
  signal.removeEventListener("abort", end);
  clearTimeout(timer);
}
