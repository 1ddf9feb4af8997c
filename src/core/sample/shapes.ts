/** A region of the plane by its signed distance: negative inside, in the units of the coordinates. */
export interface Shape {
  readonly bounds: Bounds;
  distance(x: number, y: number): number;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type Point = readonly [x: number, y: number];

export function circle(centreX: number, centreY: number, radius: number): Shape {
  return {
    bounds: around(centreX, centreY, radius, radius),
    distance: (x, y) => Math.hypot(x - centreX, y - centreY) - radius,
  };
}

/** An axis-parallel ellipse. The distance is approximate, and exact enough near the edge. */
export function ellipse(centreX: number, centreY: number, radiusX: number, radiusY: number): Shape {
  return {
    bounds: around(centreX, centreY, radiusX, radiusY),
    distance: (x, y) => {
      const u = (x - centreX) / radiusX;
      const v = (y - centreY) / radiusY;
      const length = Math.hypot(u, v);
      const slope = Math.hypot(u / radiusX, v / radiusY);
      return slope < 1e-9 ? -Math.min(radiusX, radiusY) : (length * (length - 1)) / slope;
    },
  };
}

/** An axis-parallel rectangle with rounded corners. */
export function box(left: number, top: number, right: number, bottom: number, radius = 0): Shape {
  const [centreX, centreY] = [(left + right) / 2, (top + bottom) / 2];
  const [halfX, halfY] = [(right - left) / 2 - radius, (bottom - top) / 2 - radius];
  return {
    bounds: { left, top, right, bottom },
    distance: (x, y) => {
      const dx = Math.abs(x - centreX) - halfX;
      const dy = Math.abs(y - centreY) - halfY;
      const outside = Math.hypot(Math.max(dx, 0), Math.max(dy, 0));
      return outside + Math.min(Math.max(dx, dy), 0) - radius;
    },
  };
}

/** Cells along each side of a polygon's grid. */
const CELLS = 14;

/** A polygon, even-odd inside; exact distance (I. Quilez, "2D distance functions"). */
export function polygon(points: readonly Point[]): Shape {
  const edges = points.map((point, index) => createEdge(point, points[(index + 1) % points.length]!));
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const bounds = { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  // The grid reaches over the edge, for soft shadows.
  const area = grow(bounds, 0.15 * Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top));
  const { left, top } = area;
  const cellWidth = (area.right - left) / CELLS;
  const cellHeight = (area.bottom - top) / CELLS;
  // Most pixels lie far from most edges: each cell knows the few that can be nearest, each row those that cross it.
  const rows = Array.from({ length: CELLS }, (_, row) => {
    const [above, below] = [top + row * cellHeight, top + (row + 1) * cellHeight];
    return edges.filter(
      (edge) => Math.max(edge.y, edge.y + edge.dy) >= above && Math.min(edge.y, edge.y + edge.dy) <= below,
    );
  });
  const reach = Math.hypot(cellWidth, cellHeight);
  const cells = Array.from({ length: CELLS * CELLS }, (_, cell) => {
    const x = left + ((cell % CELLS) + 0.5) * cellWidth;
    const y = top + (Math.floor(cell / CELLS) + 0.5) * cellHeight;
    const limit = (Math.sqrt(nearestSquare(edges, x, y)) + reach) ** 2;
    return edges.filter((edge) => nearestSquare([edge], x, y) <= limit);
  });
  return {
    bounds,
    distance: (x, y) => {
      const column = Math.floor((x - left) / cellWidth);
      const row = Math.floor((y - top) / cellHeight);
      if (column < 0 || row < 0 || column >= CELLS || row >= CELLS) return Math.sqrt(nearestSquare(edges, x, y));
      const distance = Math.sqrt(nearestSquare(cells[row * CELLS + column]!, x, y));
      let inside = false;
      for (const edge of rows[row]!) {
        if (edge.y > y !== edge.y + edge.dy > y && x < (edge.dx * (y - edge.y)) / edge.dy + edge.x) inside = !inside;
      }
      return inside ? -distance : distance;
    },
  };
}

interface Edge {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly lengthSquare: number;
}

function createEdge(from: Point, to: Point): Edge {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  return { x: from[0], y: from[1], dx, dy, lengthSquare: dx * dx + dy * dy || 1 };
}

function nearestSquare(edges: readonly Edge[], x: number, y: number): number {
  let nearest = Infinity;
  for (const edge of edges) {
    const offX = x - edge.x;
    const offY = y - edge.y;
    const along = (offX * edge.dx + offY * edge.dy) / edge.lengthSquare;
    const t = along < 0 ? 0 : along > 1 ? 1 : along;
    const restX = offX - edge.dx * t;
    const restY = offY - edge.dy * t;
    const square = restX * restX + restY * restY;
    if (square < nearest) nearest = square;
  }
  return nearest;
}

/** A closed smooth curve through the points (Catmull–Rom), as a polygon of `steps` edges between two points. */
export function blob(points: readonly Point[], steps = 8): Shape {
  return polygon(spline(points, steps, true));
}

/** Points on a smooth curve through the given ones. */
export function spline(points: readonly Point[], steps: number, closed: boolean): Point[] {
  const count = points.length;
  const at = (index: number): Point =>
    closed ? points[(index + count) % count]! : points[Math.min(count - 1, Math.max(0, index))]!;
  const result: Point[] = [];
  for (let index = 0; index < (closed ? count : count - 1); index++) {
    const [p0, p1, p2, p3] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      result.push([catmullRom(p0[0], p1[0], p2[0], p3[0], t), catmullRom(p0[1], p1[1], p2[1], p3[1], t)]);
    }
  }
  if (!closed) result.push(points[count - 1]!);
  return result;
}

function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** A line through the points whose radius goes evenly from `startRadius` to `endRadius`, with round ends. */
export function stroke(points: readonly Point[], startRadius: number, endRadius = startRadius): Shape {
  const last = points.length - 1;
  const reach = Math.max(startRadius, endRadius);
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return {
    bounds: {
      left: Math.min(...xs) - reach,
      top: Math.min(...ys) - reach,
      right: Math.max(...xs) + reach,
      bottom: Math.max(...ys) + reach,
    },
    distance: (x, y) => {
      let nearest = Infinity;
      for (let i = 0; i < last; i++) {
        const edgeX = xs[i + 1]! - xs[i]!;
        const edgeY = ys[i + 1]! - ys[i]!;
        const along = ((x - xs[i]!) * edgeX + (y - ys[i]!) * edgeY) / (edgeX * edgeX + edgeY * edgeY || 1);
        const t = along < 0 ? 0 : along > 1 ? 1 : along;
        const radius = startRadius + (endRadius - startRadius) * ((i + t) / last);
        nearest = Math.min(nearest, Math.hypot(x - xs[i]! - edgeX * t, y - ys[i]! - edgeY * t) - radius);
      }
      return nearest;
    },
  };
}

/** The outline of a shape, `width` thick, centred on its edge. */
export function outline(shape: Shape, width: number): Shape {
  return { bounds: grow(shape.bounds, width / 2), distance: (x, y) => Math.abs(shape.distance(x, y)) - width / 2 };
}

export function intersection(first: Shape, second: Shape): Shape {
  return {
    bounds: {
      left: Math.max(first.bounds.left, second.bounds.left),
      top: Math.max(first.bounds.top, second.bounds.top),
      right: Math.min(first.bounds.right, second.bounds.right),
      bottom: Math.min(first.bounds.bottom, second.bounds.bottom),
    },
    distance: (x, y) => Math.max(first.distance(x, y), second.distance(x, y)),
  };
}

export function grow(bounds: Bounds, by: number): Bounds {
  return { left: bounds.left - by, top: bounds.top - by, right: bounds.right + by, bottom: bounds.bottom + by };
}

function around(x: number, y: number, radiusX: number, radiusY: number): Bounds {
  return { left: x - radiusX, top: y - radiusY, right: x + radiusX, bottom: y + radiusY };
}
