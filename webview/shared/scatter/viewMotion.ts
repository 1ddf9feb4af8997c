import type { ViewTransform } from './viewTransform.ts';

/** Milliseconds that a view takes to get where it is going. */
const WHEEL_MS = 140;
export const FLIGHT_MS = 380;

/** Moves a view smoothly, where the person hasn't asked for less motion. */
export class ViewMotion {
  #from: ViewTransform;
  #to: ViewTransform;
  #start = 0;
  #duration = 0;

  constructor(view: ViewTransform) {
    this.#from = view;
    this.#to = view;
  }

  /** Where it will be when it has come to rest. */
  get target(): ViewTransform {
    return this.#to;
  }

  /** At once. */
  jump(view: ViewTransform): void {
    this.#from = view;
    this.#to = view;
    this.#duration = 0;
  }

  /** From wherever it is now. @param now as `performance.now()` gives it */
  go(view: ViewTransform, now: number, duration = WHEEL_MS): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.jump(view);
      return;
    }
    this.#from = this.at(now);
    this.#to = view;
    this.#start = now;
    this.#duration = duration;
  }

  at(now: number): ViewTransform {
    const part = this.#duration === 0 ? 1 : Math.max(0, Math.min(1, (now - this.#start) / this.#duration));
    return this.#from.towards(this.#to, 1 - (1 - part) ** 3);
  }

  isMoving(now: number): boolean {
    return this.#duration > 0 && now - this.#start < this.#duration;
  }
}
