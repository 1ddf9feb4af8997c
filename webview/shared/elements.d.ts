import type { ComponentChildren, HTMLAttributes } from 'preact';

type Control<T = unknown> = HTMLAttributes<HTMLElement> & { children?: ComponentChildren } & T;

/** The controls of `@vscode-elements/elements` that our pages use. */
declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': Control<{ secondary?: boolean; disabled?: boolean }>;
      'vscode-single-select': Control<{ value?: string }>;
      'vscode-option': Control<{ value?: string; selected?: boolean }>;
      'vscode-progress-bar': Control<{ indeterminate?: boolean; value?: number; max?: number }>;
      'vscode-checkbox': Control<{ checked?: boolean; label?: string }>;
    }
  }
}
