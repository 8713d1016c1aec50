/** What the conductor tells its workers (`Control`), repeated while it lives. */
export const CONTROL_TOPIC = 'control';
/** What workers say of themselves (`WorkerStatus`), every second. */
export const STATUS_TOPIC = 'status';
export const STATUS_EVERY_MS = 1000;
