import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { boxBetween, isTooSmall, type Point } from '../../src/core/images/boxes.ts';
import type { Size } from '../../src/core/images/geometry.ts';
import { chosenView, draft, hovered, searchBox, stageSize, tool, view } from './looking.ts';
import { isShown, picture } from './picture.ts';
import { pannedView, pixelAt, placeAt, zoomedView } from './view.ts';

/** Pixels that a pointer moves until it drags. */
const SLACK = 4;
const WHEEL_STEP = 0.0018;
const MIDDLE_BUTTON = 1;

interface Drag {
  readonly start: Point;
  last: Point;
  readonly moves: boolean;
  moved: boolean;
}

/** The space bar is held down, and a drag moves the picture. */
const held = { space: false };

/** What pointers do on the stage: read pixels, choose a region, move and zoom. */
export function useGestures(stage: RefObject<HTMLDivElement | null>) {
  const drag = useRef<Drag | undefined>(undefined);
  /** Fingers on the stage: two of them pinch. */
  const fingers = useRef(new Map<number, Point>());
  const placeOf = (event: MouseEvent): Point => {
    const { left, top } = stage.current!.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  useWheel(stage, placeOf);
  useSpace();
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0 && event.button !== MIDDLE_BUTTON) return;
      stage.current?.focus();
      stage.current?.setPointerCapture(event.pointerId);
      const start = placeOf(event);
      if (event.pointerType === 'touch') fingers.current.set(event.pointerId, start);
      if (fingers.current.size > 1) {
        drag.current = undefined;
        draft.value = undefined;
        return;
      }
      const moves = tool.value === 'move' || event.button === MIDDLE_BUTTON || held.space;
      drag.current = { start, last: start, moves, moved: false };
    },
    onPointerMove: (event: PointerEvent) => {
      const shown = picture.value;
      const current = view.value;
      if (!isShown(shown) || !current) return;
      const at = placeOf(event);
      hovered.value = pixelAt(current, at, shown, stageSize.value);
      if (pinch(fingers.current, event.pointerId, at, shown)) return;
      const { current: dragged } = drag;
      if (!dragged) return;
      if (!dragged.moved && Math.hypot(at.x - dragged.start.x, at.y - dragged.start.y) < SLACK) return;
      dragged.moved = true;
      if (dragged.moves) {
        const [byX, byY] = [at.x - dragged.last.x, at.y - dragged.last.y];
        chosenView.value = pannedView(current, byX, byY, shown, stageSize.value);
      } else {
        const [from, to] = [dragged.start, at].map((place) => placeAt(current, place, stageSize.value));
        draft.value = boxBetween(from!, to!, shown);
      }
      dragged.last = at;
    },
    onPointerUp: (event: PointerEvent) => {
      fingers.current.delete(event.pointerId);
      const dragged = drag.current;
      drag.current = undefined;
      const box = draft.value;
      if (!dragged || dragged.moves || !dragged.moved) return;
      if (box && !isTooSmall(box)) searchBox(box);
      else draft.value = undefined;
    },
    onPointerCancel: (event: PointerEvent) => {
      fingers.current.delete(event.pointerId);
      drag.current = undefined;
      draft.value = undefined;
    },
    onPointerLeave: () => {
      hovered.value = undefined;
    },
  };
}

/** Zooms and moves by two fingers. @returns whether there are two */
function pinch(fingers: Map<number, Point>, finger: number, to: Point, shown: Size): boolean {
  const from = fingers.get(finger);
  const other = [...fingers].find(([id]) => id !== finger)?.[1];
  if (from === undefined) return false;
  fingers.set(finger, to);
  const current = view.value;
  if (other === undefined || !current) return false;
  const apart = (place: Point): number => Math.max(1, Math.hypot(place.x - other.x, place.y - other.y));
  const zoomed = zoomedView(current, apart(to) / apart(from), other, shown, stageSize.value);
  chosenView.value = zoomed;
  return true;
}

function useWheel(stage: RefObject<HTMLDivElement | null>, placeOf: (event: MouseEvent) => Point): void {
  useEffect(() => {
    const element = stage.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent): void => {
      const shown = picture.value;
      const current = view.value;
      if (!isShown(shown) || !current) return;
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      // A pinch on a touch pad is a wheel with Ctrl, in small steps.
      const factor = Math.exp(-event.deltaY * lines * WHEEL_STEP * (event.ctrlKey ? 4 : 1));
      chosenView.value = zoomedView(current, factor, placeOf(event), shown, stageSize.value);
    };
    // Not passive, as the page must not zoom or scroll along.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
    };
  }, []);
}

function useSpace(): void {
  useEffect(() => {
    const follow = (event: KeyboardEvent): void => {
      if (event.key === ' ') held.space = event.type === 'keydown';
    };
    const release = (): void => {
      held.space = false;
    };
    window.addEventListener('keydown', follow);
    window.addEventListener('keyup', follow);
    window.addEventListener('blur', release);
    return () => {
      window.removeEventListener('keydown', follow);
      window.removeEventListener('keyup', follow);
      window.removeEventListener('blur', release);
    };
  }, []);
}
