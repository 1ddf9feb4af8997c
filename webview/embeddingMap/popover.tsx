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
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      {children}
    </div>
  );
}
