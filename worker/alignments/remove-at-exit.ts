import { rmSync } from 'node:fs';

const paths = new Set<string>();

/**
 * Has a temporary file or folder removed should the process exit while it is there (`process.exit`, as at Ctrl-C; not when it is
 * killed).
 * @returns to be called once it is gone or has its name: it is then left alone
 */
export function removeAtExit(path: string): () => void {
  if (paths.size === 0) process.on('exit', removeAll);
  paths.add(path);
  return () => {
    paths.delete(path);
    if (paths.size === 0) process.off('exit', removeAll);
  };
}

function removeAll(): void {
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // nobody is left to hear of it
    }
  }
}
