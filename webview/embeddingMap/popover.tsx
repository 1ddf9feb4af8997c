import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PopoverProps {
  readonly name: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Controls that lie above the page until one turns to something else. */
export function Popover({ name, onClose, children }: PopoverProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector<HTMLElement>('button, input, [tabindex]')?.focus();
    const onPointer = ({ target }: PointerEvent): void => {
      const anchor = box.current?.parentElement;
      if (target instanceof Node && !anchor?.contains(target)) onClose();
    };
    window.addEventListener('pointerdown', onPointer, true);
    return () => {
      window.removeEventListener('pointerdown', onPointer, true);
      if (before instanceof HTMLElement && box.current?.contains(document.activeElement) !== false) before.focus();
    };
  }, []);
  return (
    <div
      class="popover"
      role="dialog"
      aria-label={name}
      ref={box}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
        const isSlider = event.target instanceof HTMLInputElement;
        if (event.key === 'Escape') onClose();
        else if (step !== 0 && !isSlider) moveFocus(event.currentTarget, step);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {children}
    </div>
  );
}

/** To the next control, around at the ends. */
function moveFocus(box: HTMLElement, step: number): void {
  const controls = [...box.querySelectorAll<HTMLElement>('button, input')].filter(({ offsetParent }) => offsetParent);
  const at = controls.findIndex((control) => control === document.activeElement);
  controls.at((at + step) % controls.length)?.focus();
}
