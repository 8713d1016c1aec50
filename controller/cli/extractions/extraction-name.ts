import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';

/** As kubectl takes a resource: name, plural or short name, with or without the group. */
const TYPED = /^(?:fx|extractions?(?:\.v1alpha1)?(?:\.facefleet\.dev)?)\/(.*)$/i;
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * The name of an Extraction as an argument gives it: `holiday`, `fx/holiday`, `extraction/holiday`.
 * @throws FacefleetError FF5001 for what can be no name
 */
export function extractionName(argument: string): string {
  const name = TYPED.exec(argument)?.[1] ?? argument;
  if (NAME.test(name)) return name;
  throw new FacefleetError(
    'FF5001',
    `"${argument}" is no name of an Extraction, such as holiday or fx/holiday`,
  );
}

/**
 * Whether an argument that may be an output or an Extraction means an Extraction: `fx/NAME` always does, a bare name where the cluster is meant.
 * @param inCluster the command was called through kubectl, or an option chooses a cluster or a namespace
 */
export function namesExtraction(argument: string, inCluster: boolean): boolean {
  return TYPED.test(argument) || (inCluster && NAME.test(argument));
}
