/** Carries out of a stream why a file cannot be read: one sentence that names the place and the option. */
export class Unreadable extends Error {}
