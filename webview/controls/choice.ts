/** One of the things to choose from in a list. */
export interface Choice {
  value: string;
  text: string;
}
