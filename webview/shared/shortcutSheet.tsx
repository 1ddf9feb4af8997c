import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import './shortcutSheet.css';

/** A key, or several that do the same, and what it does. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

interface ShortcutSheetProps {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** What the keys of a panel do. `?` opens it, also from the button, which is for those who don't know that. */
export function ShortcutSheet({ title, shortcuts }: ShortcutSheetProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '?' || isTyped(event.target)) return;
      event.preventDefault();
      if (dialog.current?.open) dialog.current.close();
      else dialog.current?.showModal();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <>
      <button
        type="button"
        class="chip"
        title="Keyboard shortcuts (?)"
        aria-label="Keyboard shortcuts"
        onClick={() => dialog.current?.showModal()}
      >
        ?
      </button>
      <dialog
        class="shortcuts"
        ref={dialog}
        aria-label={title}
        onClick={(event) => {
          if (event.target === dialog.current) dialog.current?.close();
        }}
      >
        <h2>{title}</h2>
        <dl>
          {shortcuts.map(({ keys, does }) => (
            <div key={does}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit" class="chip">
            Close
          </button>
        </form>
      </dialog>
    </>
  );
}

/** A question mark that is meant as text. */
function isTyped(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type="range"], [type="checkbox"]), textarea');
}
