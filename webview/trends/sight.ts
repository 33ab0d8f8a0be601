/** Tells which charts somebody sees, or soon will: others are not drawn. */
export interface Sight {
  /** @param comes called when the element comes near @returns whether it is near */
  watch(target: HTMLElement, comes: () => void): () => boolean;
  forget(target: HTMLElement): void;
}

/**
 * What is as far away as the place is high is near, so that whoever scrolls finds it drawn. While the place is hidden, what
 * was near stays so.
 *
 * @param place what scrolls; asked for once it is in the document
 */
export function createSight(place: () => Element | null): Sight {
  const watched = new Map<Element, { isNear: boolean; comes: () => void }>();
  let observer: IntersectionObserver | undefined;

  function observe(target: Element) {
    observer ??= new IntersectionObserver(notice, { root: place(), rootMargin: '100% 0px' });
    observer.observe(target);
  }

  function notice(entries: readonly IntersectionObserverEntry[]) {
    for (const { target, isIntersecting, rootBounds } of entries) {
      const held = watched.get(target);
      if (held === undefined || (rootBounds?.height ?? 0) === 0) continue;
      const comes = isIntersecting && !held.isNear;
      held.isNear = isIntersecting;
      if (comes) held.comes();
    }
  }

  return {
    watch: (target, comes) => {
      const held = { isNear: false, comes };
      watched.set(target, held);
      // The place is not in the document yet.
      queueMicrotask(() => {
        if (watched.get(target) === held) observe(target);
      });
      return () => held.isNear;
    },
    forget: (target) => {
      watched.delete(target);
      observer?.unobserve(target);
    },
  };
}
