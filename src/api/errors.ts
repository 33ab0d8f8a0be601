interface ApiErrorOptions extends ErrorOptions {
  /** The server's own words, which the message may quote. */
  said?: string;
}

/** A request to a predictions server failed. One class a cause; `message` is for people and never holds a key. */
export abstract class ApiError extends Error {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** What the server said of it, untrusted and short; empty where it said nothing. */
  readonly said: string;

  constructor(message: string, status: number | null, { said = '', ...options }: ApiErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.status = status;
    this.said = said;
  }
}

/** 401 or 403: there is no key, or the server refuses it. */
export class UnauthorizedError extends ApiError {}

/** 404: no such job for this key. */
export class NotFoundError extends ApiError {}

/** The request itself is at fault: another 4xx. Sending it again changes nothing. */
export class RejectedError extends ApiError {}

/** 408, 425, 429 or 5xx: the server cannot answer now. */
export class UnavailableError extends ApiError {
  /** What the server asked to wait, in ms; null when it did not. */
  readonly retryAfter: number | null;

  constructor(message: string, status: number, retryAfter: number | null, options?: ApiErrorOptions) {
    super(message, status, options);
    this.retryAfter = retryAfter;
  }
}

/** No answer: refused, cut, timed out, not resolved. */
export class UnreachableError extends ApiError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, null, options);
  }
}

/** Who answers at a local server's address did not prove to be it; nothing secret was sent. */
export class UnprovenServerError extends UnreachableError {}

/** An answer that is not what the wire contract says: cut short, not JSON, fields missing. */
export class UnreadableAnswerError extends ApiError {}

/** An answer of more bytes or levels than is read. A page of rows may be asked for in parts. */
export class OversizedAnswerError extends UnreadableAnswerError {
  /** How the answer begins: what tells it from others. */
  readonly beginning: string;

  constructor(message: string, status: number, beginning: string) {
    super(message, status);
    this.beginning = beginning;
  }
}

/** The server sends the request elsewhere, where the key must not go. */
export class RedirectedError extends ApiError {}
