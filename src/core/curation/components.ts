import type { RowPair } from './groups.ts';

/**
 * Numbers rows so that those that any chain of pairs joins have the same number: the lowest row of theirs. For what must not
 * be torn apart; who shows groups to a person wants `groupsAround`.
 */
export function components(rows: number, pairs: Iterable<RowPair>): Int32Array {
  const parent = Int32Array.from({ length: rows }, (_, row) => row);
  const rootOf = (row: number): number => {
    let root = row;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = row; at !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  for (const { first, second } of pairs) {
    const [a, b] = [rootOf(first), rootOf(second)];
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  return parent.map((_, row) => rootOf(row));
}
