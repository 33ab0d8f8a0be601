import { element } from './dom.ts';
import { type Heard, nextNews, type Told } from './news.ts';
import type { Formats } from './texts/formats.ts';

export interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
  /** Says what arrived, now or in a while. */
  hear(heard: Omit<Heard, 'now'>): void;
}

/** How long a text stays: who reads on with a screen reader must not come upon old news. In ms. */
const shown = 1000;

/** A polite voice for screen readers; nothing of it is seen. */
export function createAnnouncer(formats: Formats): Announcer {
  const region = element('div', { class: 'spoken', 'aria-live': 'polite' });
  let told: Told = { held: null, at: 0 };
  /** What was heard last, while something of it waits. */
  let latest: Omit<Heard, 'now'>;
  let timer: number | undefined;
  let clearing: number | undefined;

  function say(text: string) {
    clearTimeout(clearing);
    // Anew, so that the same text is spoken again.
    region.replaceChildren(element('p', {}, text));
    clearing = setTimeout(() => region.replaceChildren(), shown);
  }

  function hear(heard: Omit<Heard, 'now'>) {
    latest = heard;
    const news = nextNews(told, { ...heard, now: Date.now() }, formats);
    told = news.told;
    if (news.text !== null) say(news.text);
    // Until something is told the moment to ask again stays the same: one timer does for all that arrives by then.
    if (news.wait !== null) timer ??= setTimeout(askAgain, news.wait);
    else if (timer !== undefined) {
      clearTimeout(timer);
      timer = undefined;
    }
  }

  function askAgain() {
    timer = undefined;
    hear(latest);
  }

  return { element: region, say, hear };
}
