/**
 * The calls of the C library that live capture needs and Node.js has not. cold: once a socket, an interface or a
 * wait; the packets themselves are read from memory that the kernel shares.
 *
 * @module
 */

import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import koffi from 'koffi';

// What Node.js itself is linked with: glibc or musl, wherever it lies.
const libc = koffi.load(null);

const socketCall = libc.func('int socket(int domain, int type, int protocol)');
const bindCall = libc.func('int bind(int fd, const void *address, uint32_t length)');
const closeCall = libc.func('int close(int fd)');
const setCall = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)');
const getCall = libc.func(
  'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
);
const ioctlCall = libc.func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)');
const mmapCall = libc.func(
  'void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)',
);
const prctlCall = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
);
const pollCall = libc.func('int poll(_Inout_ int32_t *fds, unsigned long count, int timeout)');

/** A call that failed: `errno` as Linux numbers it, and its name (`EPERM`). */
export class KernelError extends Error {
  readonly errno: number;
  readonly code: string;

  constructor(call: string, errno: number) {
    super(`${call}: ${getSystemErrorMessage(-errno)}`);
    this.errno = errno;
    this.code = getSystemErrorName(-errno);
  }
}

function checked(call: string, result: number): number {
  if (result < 0) throw new KernelError(call, koffi.errno());
  return result;
}

/** Opens a socket; throws a {@link KernelError}. */
export function openSocket(domain: number, type: number, protocol: number): number {
  return checked('socket', socketCall(domain, type, protocol));
}

export function bind(fd: number, address: Uint8Array): void {
  checked('bind', bindCall(fd, address, address.length));
}

export function close(fd: number): void {
  closeCall(fd);
}

export function setOption(fd: number, level: number, name: number, value: Uint8Array | Uint32Array): void {
  checked(`setsockopt ${name}`, setCall(fd, level, name, value, value.byteLength));
}

/** Fills `value`. */
export function getOption(fd: number, level: number, name: number, value: Uint8Array): void {
  checked(`getsockopt ${name}`, getCall(fd, level, name, value, [value.length]));
}

/** Calls with `argument`, which the kernel may change; false where it refuses. */
export function ioctl(fd: number, request: number, argument: Uint8Array): boolean {
  return ioctlCall(fd, request, argument) >= 0;
}

/** Address of memory; a number of 64 bits. */
export type Address = bigint;

/** Where the bytes of an array lie, which is only true for as long as somebody holds the array. */
export function addressOf(array: Uint8Array | Uint32Array): Address {
  return koffi.address(array) as Address;
}

/** Maps the `length` bytes that `fd` stands for, to read and to write, for as long as this process lives. */
export function map(fd: number, length: number): ArrayBuffer {
  const PROT_READ_WRITE = 3;
  const MAP_SHARED = 1;
  const address = mmapCall(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0) as Address;
  if (address === -1n || address === 2n ** 64n - 1n) throw new KernelError('mmap', koffi.errno());
  return koffi.view(address, length);
}

/** From here on no program that is started gains rights of its file's (set-user-ID, capabilities). */
export function noNewPrivileges(): void {
  const PR_SET_NO_NEW_PRIVS = 38;
  checked('prctl', prctlCall(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

const POLLIN = 1;

/** Sleeps until there is something to read. */
export class Waiter {
  /** A `struct pollfd`: the descriptor; what to wait for in the lower half of the next word. */
  readonly #poll: Int32Array;

  constructor(fd: number) {
    this.#poll = new Int32Array([fd, POLLIN]);
  }

  /** For `timeout` ms at most; the thread does nothing else meanwhile. */
  sleep(timeout: number): void {
    pollCall(this.#poll, 1, timeout);
  }

  /** The same, in a thread that libuv has for such things. */
  wait(timeout: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    pollCall.async(this.#poll, 1, timeout, () => resolve());
    return promise;
  }
}
