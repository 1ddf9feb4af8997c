import type { VNode } from 'preact';
import { Icon, type IconName } from './icons.tsx';

interface IconButtonProps {
  readonly icon: IconName;
  /** Said by screen readers, and shown where the pointer rests. */
  readonly name: string;
  readonly onClick: () => void;
  /** Undefined for a button that does something once. */
  readonly pressed?: boolean | undefined;
  readonly disabled?: boolean;
}

export function IconButton({ icon, name, onClick, pressed, disabled = false }: IconButtonProps): VNode {
  return (
    <button
      type="button"
      class="icon-button"
      title={name}
      aria-label={name}
      disabled={disabled}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
