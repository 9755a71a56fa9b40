type Params = { seed: number; numRuns: number; interruptAfterTimeLimit: number; markInterruptAsFailure: boolean };

/** A run of a fuzz: for how long, and from which seed. `KATA_FUZZ_SECONDS=600 KATA_FUZZ_SEED=1` lets one go on, and does the same again. */
export type Run = { seconds: number; seed: number; params: Params };

/** The run that is asked for, and else one of so many seconds; it says which. */
export function fuzzOf(what: string, usual: number): Run {
  const seconds = Number(process.env["KATA_FUZZ_SECONDS"] ?? usual);
  const seed = Number(process.env["KATA_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
  console.log(`fuzz of ${what}: KATA_FUZZ_SEED=${seed} KATA_FUZZ_SECONDS=${seconds}`);
  const params = { seed, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1_000, markInterruptAsFailure: false };
  return { seconds, seed, params };
}
