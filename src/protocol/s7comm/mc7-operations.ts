/**
 * The instructions of MC7, the machine code of the S7-300 and S7-400, by the bytes that they begin with, in the
 * international mnemonics of the statement list language (STL).
 *
 * There is no public standard. Here is what two independent public descriptions, made from programs that were read out
 * of controllers, agree on: libmc7 (rizinorg/rz-libmc7) and DotNetSiemensPLCToolBoxLibrary (dotnetprojects). Where they
 * differ and recorded blocks do not decide, an instruction is left out, and is shown as bytes.
 *
 * cold: once a block that a person looks at, never per message
 *
 * @module
 */

/** First byte: an instruction of two bytes whose second byte is its operand. */
export const BYTE_OPERAND: ReadonlyMap<number, string> = new Map([
  [0x02, 'L T'],
  [0x04, 'FR T'],
  [0x0a, 'L MB'],
  [0x0b, 'T MB'],
  [0x0c, 'LC T'],
  [0x10, 'BLD'],
  [0x11, 'INC'],
  [0x12, 'L MW'],
  [0x13, 'T MW'],
  [0x14, 'SF T'],
  [0x19, 'DEC'],
  [0x1a, 'L MD'],
  [0x1b, 'T MD'],
  [0x1c, 'SE T'],
  [0x1d, 'CC FC'],
  [0x20, 'OPN DB'],
  [0x24, 'SD T'],
  [0x2c, 'SS T'],
  [0x34, 'SP T'],
  [0x3c, 'R T'],
  [0x3d, 'UC FC'],
  [0x42, 'L C'],
  [0x44, 'FR C'],
  [0x4c, 'LC C'],
  [0x54, 'CD C'],
  [0x55, 'CC FB'],
  [0x5c, 'S C'],
  [0x6c, 'CU C'],
  [0x75, 'UC FB'],
  [0x7c, 'R C'],
  [0xb8, 'A C'],
  [0xb9, 'O C'],
  [0xbc, 'AN C'],
  [0xbd, 'ON C'],
  [0xf8, 'A T'],
  [0xf9, 'O T'],
  [0xfc, 'AN T'],
  [0xfd, 'ON T'],
]);

/** First byte: the second is an input's address, or with its highest bit set an output's. */
export const IO_OPERAND: ReadonlyMap<number, readonly [string, string]> = new Map([
  [0x4a, ['L', 'B']],
  [0x4b, ['T', 'B']],
  [0x52, ['L', 'W']],
  [0x53, ['T', 'W']],
  [0x5a, ['L', 'D']],
  [0x5b, ['T', 'D']],
]);

/** First byte: the second is a number of bits to shift by, at most as many as given. */
export const SHIFTS: ReadonlyMap<number, readonly [string, number]> = new Map([
  [0x29, ['SLD', 15]],
  [0x61, ['SLW', 15]],
  [0x64, ['RLD', 32]],
  [0x69, ['SRW', 15]],
  [0x71, ['SSD', 15]],
  [0x74, ['RRD', 32]],
]);

/** Both bytes: an instruction without operand. */
export const PLAIN: ReadonlyMap<number, string> = new Map([
  [0x0000, 'NOP 0'],
  [0x0100, 'INVI'],
  [0x0500, 'BEC'],
  [0x0900, 'NEGI'],
  [0x2120, '>I'],
  [0x2140, '<I'],
  [0x2160, '<>I'],
  [0x2180, '==I'],
  [0x21a0, '>=I'],
  [0x21c0, '<=I'],
  [0x3120, '>R'],
  [0x3140, '<R'],
  [0x3160, '<>R'],
  [0x3180, '==R'],
  [0x31a0, '>=R'],
  [0x31c0, '<=R'],
  [0x3920, '>D'],
  [0x3940, '<D'],
  [0x3960, '<>D'],
  [0x3980, '==D'],
  [0x39a0, '>=D'],
  [0x39c0, '<=D'],
  [0x4100, 'AW'],
  [0x4900, 'OW'],
  [0x5100, 'XOW'],
  [0x5900, '-I'],
  [0x6000, '/I'],
  [0x6001, 'MOD'],
  [0x6002, 'ABS'],
  [0x6003, '/R'],
  [0x6004, '*I'],
  [0x6006, 'NEGR'],
  [0x6007, '*R'],
  [0x6008, 'ENT'],
  [0x6009, '-D'],
  [0x600a, '*D'],
  [0x600b, '-R'],
  [0x600d, '+D'],
  [0x600e, '/D'],
  [0x600f, '+R'],
  [0x6010, 'SIN'],
  [0x6011, 'COS'],
  [0x6012, 'TAN'],
  [0x6013, 'LN'],
  [0x6014, 'SQRT'],
  [0x6018, 'ASIN'],
  [0x6019, 'ACOS'],
  [0x601a, 'ATAN'],
  [0x601b, 'EXP'],
  [0x601c, 'SQR'],
  [0x6500, 'BE'],
  [0x6501, 'BEU'],
  [0x6806, 'DTR'],
  [0x6807, 'NEGD'],
  [0x6808, 'ITB'],
  [0x680a, 'DTB'],
  [0x680c, 'BTI'],
  [0x680d, 'INVD'],
  [0x680e, 'BTD'],
  [0x6812, 'SLW'],
  [0x6813, 'SLD'],
  [0x6817, 'RLD'],
  [0x6818, 'RLDA'],
  [0x681a, 'CAW'],
  [0x681b, 'CAD'],
  [0x681c, 'CLR'],
  [0x681d, 'SET'],
  [0x681e, 'ITD'],
  [0x6822, 'SRW'],
  [0x6823, 'SRD'],
  [0x6824, 'SSI'],
  [0x6825, 'SSD'],
  [0x6827, 'RRD'],
  [0x6828, 'RRDA'],
  [0x682c, 'SAVE'],
  [0x682d, 'NOT'],
  [0x682e, 'PUSH'],
  [0x6837, 'AD'],
  [0x683a, 'MCRA'],
  [0x683b, 'MCRD'],
  [0x683c, 'MCR('],
  [0x683d, ')MCR'],
  [0x683e, 'POP'],
  [0x6847, 'OD'],
  [0x684e, 'LEAVE'],
  [0x6857, 'XOD'],
  [0x685c, 'RND'],
  [0x685d, 'RND-'],
  [0x685e, 'RND+'],
  [0x685f, 'TRUNC'],
  [0x7002, 'TAK'],
  [0x7006, 'L STW'],
  [0x7007, 'T STW'],
  [0x7900, '+I'],
  [0xba00, 'A('],
  [0xbb00, 'O('],
  [0xbf00, ')'],
  [0xfb00, 'O'],
  [0xfb3c, 'L DBLG'],
  [0xfb3d, 'L DILG'],
  [0xfb4c, 'L DBNO'],
  [0xfb4d, 'L DINO'],
  [0xfb7c, 'CDB'],
  [0xfe01, 'LAR1 AR2'],
  [0xfe04, 'LAR1'],
  [0xfe05, 'TAR1'],
  [0xfe06, '+AR1'],
  [0xfe08, 'CAR'],
  [0xfe09, 'TAR1 AR2'],
  [0xfe0c, 'LAR2'],
  [0xfe0d, 'TAR2'],
  [0xfe0e, '+AR2'],
  [0xfff1, 'AN('],
  [0xfff3, 'ON('],
  [0xfff4, 'X('],
  [0xfff5, 'XN('],
  [0xffff, 'NOP 1'],
]);

/** Both bytes: a jump; the next word is the distance in words from the instruction's own begin. */
export const JUMPS: ReadonlyMap<number, string> = new Map([
  [0x7008, 'LOOP'],
  [0x7009, 'JL'],
  [0x700b, 'JU'],
  [0xff08, 'JOS'],
  [0xff18, 'JO'],
  [0xff28, 'JP'],
  [0xff48, 'JM'],
  [0xff58, 'JUO'],
  [0xff68, 'JN'],
  [0xff78, 'JNBI'],
  [0xff88, 'JZ'],
  [0xff98, 'JNB'],
  [0xffa8, 'JPZ'],
  [0xffb8, 'JCN'],
  [0xffc8, 'JMZ'],
  [0xffd8, 'JCB'],
  [0xffe8, 'JBI'],
  [0xfff8, 'JC'],
]);

/** First byte: bit logic; the second byte has the area, the bit, and in its highest bit which of the two it is. */
export const BIT_LOGIC: ReadonlyMap<number, readonly [string, string]> = new Map([
  [0x00, ['A', 'AN']],
  [0x01, ['O', 'ON']],
  [0x05, ['X', 'XN']],
  [0x09, ['S', 'R']],
  [0x41, ['=', '']],
  [0x49, ['FP', 'FN']],
]);

/** Bit logic by its number, as the short forms (0x80 and 0xc0 on) and the register-indirect ones have it. */
export const SHORT_LOGIC = ['A', 'O', 'S', '=', 'AN', 'ON', 'R', ''] as const;
export const INDIRECT_LOGIC = ['A', 'AN', 'O', 'ON', 'X', 'XN', '', ''] as const;
export const INDIRECT_SET = ['S', 'R', '=', '', 'FP', 'FN', '', ''] as const;
/** Status bits by the high four bits of the second byte of 0xff. */
export const STATUS_BITS: ReadonlyMap<number, string> = new Map([
  [0x0, 'OS'],
  [0x1, 'OV'],
  [0x2, '>0'],
  [0x4, '<0'],
  [0x5, 'UO'],
  [0x6, '<>0'],
  [0x8, '==0'],
  [0xa, '>=0'],
  [0xc, '<=0'],
  [0xe, 'BR'],
]);

/** Areas by number: of bits, and of bytes, words and double words (which take a letter more). */
export const BIT_AREAS = ['', 'I', 'Q', 'M', 'DBX', 'DIX', 'L', ''] as const;
export const WIDE_AREAS = ['', 'I', 'Q', 'M', 'DB', 'DI', 'L', ''] as const;
/** Load and transfer by the low three bits. */
export const MOVES = ['', 'L B', 'L W', 'L D', '', 'T B', 'T W', 'T D'] as const;

/** Second byte of 0xfb: a word follows, the number of a block. */
export const CALLS: ReadonlyMap<number, string> = new Map([
  [0x70, 'UC FC'],
  [0x71, 'CC FC'],
  [0x72, 'UC FB'],
  [0x73, 'CC FB'],
  [0x74, 'UC SFC'],
  [0x76, 'UC SFB'],
  [0x78, 'OPN DB'],
  [0x79, 'OPN DI'],
]);

/** Operations on timers (second byte 0xe0 to 0xef of 0xfb) and counters (0xf0 to 0xff); a word follows. */
export const ON_TIMER = 'A AN O ON X XN L - FR LC SF SE SD SS SP R'.split(' ');
export const ON_COUNTER = 'A AN O ON X XN L - FR LC CD S - CU - R'.split(' ');
