/** For models that are ONNX already: the file as it is. */
export function firstFile([file]: readonly Uint8Array[]): Uint8Array {
  if (file === undefined) throw new RangeError('the source gave no file');
  return file;
}
