import { plainName } from '../plainText.ts';
import type { Job } from '../wire/job.ts';

/** A model's name beside a job's id is cut to so many characters. */
const modelCharacters = 24;

/** An owner's model, or a folder: what stands before the last slash tells who or where. */
const pathLike = /^[~\w.-]*(?:\/[\w.@-]+)+$/;

/** The name that people know a job by, to the letter; several jobs may carry it. */
export function nameOf(jobId: string, job: Job | undefined): string {
  return job?.model_name || jobId;
}

/**
 * A job as it is called everywhere, so that no job looks like another or rearranges the words around it: by its name,
 * and where another job carries that name too, by its id first.
 */
export function titleOf(jobId: string, job: Job | undefined, hasNamesake = false): string {
  const name = nameOf(jobId, job);
  return plainName(hasNamesake && name !== jobId ? `${jobId} · ${shortModelName(name)}` : name);
}

/** What stands beside a job's id: its name, as it is shown; null where it has none. */
export function modelOf({ model_name }: Job): string | null {
  return model_name ? plainName(model_name) : null;
}

/** A model's name without its owner's, `meta-llama/Llama-3.1-8B-Instruct` having one, and cut in its middle. */
export function shortModelName(name: string, characters = modelCharacters): string {
  return cutInMiddle(pathLike.test(name) ? name.slice(name.lastIndexOf('/') + 1) : name, characters);
}

/** Both ends of a name tell more than its middle: versions and sizes stand at the end. */
export function cutInMiddle(name: string, characters: number): string {
  const all = [...name];
  if (all.length <= characters) return name;
  const atEnd = Math.floor((characters - 1) / 2);
  return `${all.slice(0, characters - 1 - atEnd).join('')}…${all.slice(all.length - atEnd).join('')}`;
}
