import { type Code, unsigned } from './instructions.ts';

const I32 = 0x7f;
const V128 = 0x7b;

/** A function without result whose parameters are 32-bit integers. */
export interface Kernel {
  readonly name: string;
  readonly parameters: number;
  /** Further locals after the parameters: first 32-bit integers, then vectors. */
  readonly integers: number;
  readonly vectors: number;
  readonly body: readonly Code[];
}

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const text = (value: string): number[] => vector([...value].map((letter) => [letter.charCodeAt(0)]));

/**
 * The bytes of a WebAssembly module that exports one memory, `memory`, and the kernels by name
 * (WebAssembly Core Specification, section 5.5).
 * @param pages initial size of the memory, 64 KiB each
 */
export function assemble(kernels: readonly Kernel[], pages: number): Uint8Array<ArrayBuffer> {
  const types = kernels.map((kernel) => [0x60, ...vector(Array(kernel.parameters).fill([I32])), 0]);
  const exported = kernels.map((kernel, index) => [...text(kernel.name), 0, ...unsigned(index)]);
  const bodies = kernels.map(({ integers, vectors, body }) => {
    const locals = vector([
      [...unsigned(integers), I32],
      [...unsigned(vectors), V128],
    ]);
    const code = [...locals, ...body.flat(), 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(3, vector(kernels.map((_, index) => unsigned(index)))),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, vector([...exported, [...text('memory'), 2, 0]])),
    ...section(10, vector(bodies)),
  ]);
}
