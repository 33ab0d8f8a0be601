import * as Type from 'typebox';
import { schema } from '../wire/schema.ts';

/** Rows a page; `fit`: as many as the panel has room for. */
export type PageSize = number | 'fit';

/** How tables and texts look in every panel that is opened from now on. */
export interface TableChoice {
  readonly pageSize: PageSize;
  readonly wrap: boolean;
  /** Whole texts are rendered; absent where they are shown raw, which is what choices of older versions say. */
  readonly rendered?: true;
}

const pageSizeType = Type.Union([Type.Integer({ minimum: 1, maximum: 1000 }), Type.Literal('fit')]);
const kept = schema(
  Type.Object({
    pageSize: pageSizeType,
    wrap: Type.Boolean(),
    rendered: Type.Optional(Type.Literal(true)),
    /** What the setting said when the reader chose. */
    setting: pageSizeType,
  }),
);

/** Where the reader's last choice is kept. */
export interface ChoiceStorage {
  get(): unknown;
  set(choice: unknown): void;
}

/** The reader's last choice holds for all jobs, its page size until the setting is changed. */
export function tableChoice(storage: ChoiceStorage, setting: PageSize): TableChoice {
  const known: unknown = storage.get();
  if (!kept.check(known)) return { pageSize: setting, wrap: false };
  const { wrap, rendered } = known;
  return { pageSize: known.setting === setting ? known.pageSize : setting, wrap, ...(rendered && { rendered }) };
}

export function keepTableChoice(storage: ChoiceStorage, choice: TableChoice, setting: PageSize): void {
  storage.set({ ...choice, setting });
}
