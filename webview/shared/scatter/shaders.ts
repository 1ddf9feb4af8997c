import { DENSEST, DENSITY_CELL, DENSITY_SPREAD } from './densityLayer.ts';

const PLACE = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 position;
layout(location = 1) in uint colour;
layout(location = 2) in uint flag;
uniform vec3 view;       // scale and offsets, in CSS pixels
uniform vec2 size;       // of the drawing, in CSS pixels
uniform sampler2D palette;
const vec4 outside = vec4(2.0, 2.0, 0.0, 1.0);
vec4 place() {
  vec2 at = vec2(view.y + view.x * position.x, view.z - view.x * position.y);
  return vec4(2.0 * at.x / size.x - 1.0, 1.0 - 2.0 * at.y / size.y, 0.0, 1.0);
}
vec3 paint() {
  return texelFetch(palette, ivec2(int(colour), 0), 0).rgb;
}
`;

/** Dots of one layer: all others are put outside. */
export const dotVertex = `${PLACE}
uniform uint wanted;
uniform float ratio;
uniform float radius;
uniform float rim;
out vec3 ink;
void main() {
  gl_Position = flag == wanted ? place() : outside;
  gl_PointSize = 2.0 * ratio * (radius + rim) + 2.0;
  ink = paint();
}
`;

export const dotFragment = `#version 300 es
precision highp float;
uniform float ratio;
uniform float radius;
uniform float rim;
uniform float strength;
uniform vec3 rimColour;
in vec3 ink;
out vec4 result;
float cover(float distance, float reach) {
  return strength * clamp(reach * ratio + 0.5 - distance, 0.0, 1.0);
}
void main() {
  float distance = length(gl_PointCoord - 0.5) * (2.0 * ratio * (radius + rim) + 2.0);
  float inner = cover(distance, radius);
  float outer = rim > 0.0 ? cover(distance, radius + rim) : 0.0;
  // As if the rim had been drawn first and the dot above it.
  float alpha = 1.0 - (1.0 - outer) * (1.0 - inner);
  if (alpha <= 0.0) discard;
  result = vec4(ink * inner + rimColour * outer * (1.0 - inner), alpha);
}
`;

/** Adds each point's colour and a one to its cell. */
export const countVertex = `${PLACE}
uniform uint unwanted;
out vec3 ink;
void main() {
  gl_Position = (flag & unwanted) == 0u ? place() : outside;
  gl_PointSize = 1.0;
  ink = paint();
}
`;

export const countFragment = `#version 300 es
precision highp float;
in vec3 ink;
out vec4 result;
void main() {
  result = vec4(ink, 1.0);
}
`;

export const wholeVertex = `#version 300 es
const vec2 corners[3] = vec2[3](vec2(-1.0, -1.0), vec2(3.0, -1.0), vec2(-1.0, 3.0));
out vec2 at;
void main() {
  gl_Position = vec4(corners[gl_VertexID], 0.0, 1.0);
  at = 0.5 + 0.5 * gl_Position.xy;
}
`;

/** Smooths the sums of cells along a direction by a bell. */
export const blurFragment = `#version 300 es
precision highp float;
uniform sampler2D sums;
uniform vec2 direction;  // one cell
in vec2 at;
out vec4 result;
void main() {
  vec4 sum = vec4(0.0);
  float whole = 0.0;
  for (int i = -5; i <= 5; i++) {
    float weight = exp(-0.5 * float(i * i) / ${(DENSITY_SPREAD ** 2).toFixed(4)});
    sum += weight * texture(sums, at + float(i) * direction);
    whole += weight;
  }
  result = sum / whole;
}
`;

/** The mean colour around each place, the stronger the more points there are. */
export const shadeFragment = `#version 300 es
precision highp float;
uniform sampler2D sums;
uniform float reference; // points per square CSS pixel
in vec2 at;
out vec4 result;
void main() {
  vec4 sum = texture(sums, at);
  float alpha = ${DENSEST} * (1.0 - exp(-sum.a / (reference * ${(DENSITY_CELL ** 2).toFixed(1)})));
  result = vec4(sum.rgb / max(sum.a, 1e-6), 1.0) * alpha;
}
`;
