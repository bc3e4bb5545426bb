type Listener = (isInSight: boolean) => void;

const listeners = new WeakMap<Element, Listener>();

/** One observer for the whole page: hundreds of them cost a millisecond in every frame. */
let observer: IntersectionObserver | undefined;

/** Tells when an element comes into sight or leaves it, and at the beginning. The answer ends it. */
export function watchSight(element: Element, listener: Listener): () => void {
  observer ??= new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) listeners.get(target)?.(isIntersecting);
  });
  listeners.set(element, listener);
  observer.observe(element);
  return () => {
    listeners.delete(element);
    observer?.unobserve(element);
  };
}
