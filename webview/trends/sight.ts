import type { Later } from './later.ts';

/** Draws an element. @returns what is to be done once all that are drawn together have their content, if anything */
export type Draw = () => (() => void) | undefined;

/** Draws what somebody sees at once, what is near in a while, and anything else when it comes near. */
export interface Sight {
  /** @returns asks for a drawing; nothing is drawn before `run` */
  watch(target: HTMLElement, draw: Draw): () => void;
  forget(target: HTMLElement): void;
  /** Draws what was asked for. */
  run(): void;
}

interface Watched {
  readonly draw: Draw;
  isAsked: boolean;
  isSeen: boolean;
  isNear: boolean;
  /** The browser told where it is. */
  isKnown: boolean;
}

/** What comes into sight by a little scrolling is seen already, in px. */
const margin = 40;

/**
 * What is as far away as the place is high is near, so that whoever scrolls finds it drawn. While the place is hidden, all
 * stays as it was.
 *
 * @param place what scrolls; asked for once it is in the document
 */
export function createSight(place: () => Element | null, later: Later): Sight {
  const watched = new Map<Element, Watched>();
  let observers: IntersectionObserver[] = [];

  function observe(target: Element) {
    if (observers.length === 0) {
      const root = place();
      observers = [
        new IntersectionObserver((entries) => notice(entries, 'isSeen'), { root, rootMargin: `${margin}px 0px` }),
        new IntersectionObserver((entries) => notice(entries, 'isNear'), { root, rootMargin: '100% 0px' }),
      ];
    }
    for (const observer of observers) observer.observe(target);
  }

  function notice(entries: readonly IntersectionObserverEntry[], what: 'isSeen' | 'isNear') {
    for (const { target, isIntersecting, rootBounds } of entries) {
      const held = watched.get(target);
      if (held === undefined || (rootBounds?.width ?? 0) === 0) continue;
      held[what] = isIntersecting;
      held.isKnown = true;
    }
    run();
  }

  /** The browser tells of it a frame later, which would be seen. */
  function look() {
    const unknown = [...watched].filter(([, { isAsked, isKnown }]) => isAsked && !isKnown);
    const around = unknown.length === 0 ? undefined : place()?.getBoundingClientRect();
    if (around === undefined || around.height === 0) return;
    for (const [target, held] of unknown) {
      const { top, bottom, height } = target.getBoundingClientRect();
      const isWithin = (more: number): boolean =>
        height > 0 && bottom > around.top - more && top < around.bottom + more;
      held.isSeen = isWithin(margin);
      held.isNear = isWithin(around.height);
    }
  }

  function run() {
    look();
    const rest: (() => void)[] = [];
    for (const held of watched.values()) {
      if (!held.isAsked) continue;
      if (held.isSeen) {
        held.isAsked = false;
        // To find the size of one, all that changed before is laid out: that has to be once.
        const remains = held.draw();
        if (remains !== undefined) rest.push(remains);
      } else if (held.isNear) {
        later(held, () => {
          if (!held.isAsked) return;
          held.isAsked = false;
          held.draw()?.();
        });
      }
    }
    for (const remains of rest) remains();
  }

  return {
    watch: (target, draw) => {
      const held: Watched = { draw, isAsked: false, isSeen: false, isNear: false, isKnown: false };
      watched.set(target, held);
      // The place is not in the document yet.
      queueMicrotask(() => {
        if (watched.get(target) === held) observe(target);
      });
      return () => {
        held.isAsked = true;
      };
    },
    forget: (target) => {
      watched.delete(target);
      for (const observer of observers) observer.unobserve(target);
    },
    run,
  };
}
