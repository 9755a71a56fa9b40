import { labelsContract } from "./labels.ts";

/** The contract of each store module, by its file's name. */
export const contracts = {
  labels: labelsContract,
};
