import type { VNode } from 'preact';

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChoose: (value: string) => void;
}

/** One of several, with its name above it. */
export function Select({ label, value, options, onChoose }: SelectProps): VNode {
  return (
    <label class="select">
      <span>{label}</span>
      <vscode-single-select
        aria-label={label}
        value={value}
        onChange={(event) => {
          onChoose((event.currentTarget as HTMLSelectElement).value);
        }}
      >
        {options.map((option) => (
          <vscode-option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </vscode-option>
        ))}
      </vscode-single-select>
    </label>
  );
}
