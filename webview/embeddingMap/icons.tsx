import type { VNode } from 'preact';

/** Lines on a ground of 16 × 16. */
const paths = {
  move: 'M8 1.5v13M1.5 8h13M6 3.5l2-2 2 2M6 12.5l2 2 2-2M3.5 6l-2 2 2 2M12.5 6l2 2-2 2',
  box: 'M2.5 2.5h2M6.5 2.5h3M11.5 2.5h2v2M13.5 6.5v3M13.5 11.5v2h-2M9.5 13.5h-3M4.5 13.5h-2v-2M2.5 9.5v-3M2.5 4.5v-2',
  lasso:
    'M8 2.2c3.4 0 6 1.8 6 4s-2.600 4-6 4-6-1.800-6-4 2.600-4 6-4zM4.600 9.500c-1.500.8-1.300 2.400.2 2.500 1.400.1 2 1.100 1.200 2.300',
  shade: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  names: 'M2.500 4V2.500h11V4M8 2.500v11M6 13.500h4',
  compare: 'M2 3h5v10H2zM9 3h5v10H9z',
  grid: 'M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z',
  legend: 'M3 4h.01M3 8h.01M3 12h.01M6 4h8M6 8h8M6 12h8',
  settings:
    'M2 4.500h6M12 4.500h2M2 11.500h2M8 11.500h6M10 2.700a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600zM6 9.700a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.300 10.300l3.200 3.200',
  eye: 'M1.500 8s2.300-4 6.500-4 6.500 4 6.500 4-2.300 4-6.500 4-6.500-4-6.500-4zM8 6.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600z',
  hidden:
    'M2.500 2.500l11 11M4.200 4.900C2.500 6.200 1.500 8 1.500 8s2.300 4 6.500 4c1 0 2-.2 2.800-.6M7 4.100c.3 0 .7-.1 1-.1 4.200 0 6.500 4 6.500 4s-.6 1-1.700 2.100',
  save: 'M4 2.500h8v11l-4-3-4 3zM8 5v4M6 7h4',
  saved: 'M4 2.500h8v11l-4-3-4 3zM6 6.200l1.500 1.500L10.200 5',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M8 3v10M4 9l4 4 4-4',
  more: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  info: 'M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM8 7.300v4M8 4.800h.01',
} as const;

export type IconName = keyof typeof paths;

/** A picture of a button that also has a name in words. */
export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
