/** What is known of the `prompt_id`s of a job's rows: whether there is one at all, and whether one came twice. */
export const promptIds = { none: 0, distinct: 1, repeated: 2 } as const;

/** What is to be known of a job as a whole to tell of its checkpoints. */
export interface JobMarks {
  /** Of `promptIds`. */
  readonly promptIds: number;
  /** Sequence number of the first row at a second step of its epoch; null while each epoch has one. */
  readonly severalStepsFrom: number | null;
  /** A row of it is of a later start or revision than the first: others may be superseded. */
  readonly maySupersede: boolean;
}

export const noMarks: JobMarks = { promptIds: promptIds.none, severalStepsFrom: null, maySupersede: false };
