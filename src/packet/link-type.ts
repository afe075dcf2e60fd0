/**
 * Link types that captures name (https://www.tcpdump.org/linktypes.html).
 *
 * @module
 */

export const LinkType = {
  /** BSD loopback: address family in the byte order of the capturing host. */
  null: 0,
  ethernet: 1,
  /** PPP, with or without the address and control bytes of HDLC-like framing (RFC 1662). */
  ppp: 9,
  /** Raw IP, as some BSDs number it in files. */
  rawBsd: 12,
  rawOpenBsd: 14,
  /** PPP in HDLC-like framing, or Cisco HDLC. */
  pppHdlc: 50,
  /** PPPoE: what stands behind its EtherType. */
  pppEther: 51,
  raw: 101,
  ciscoHdlc: 104,
  /** OpenBSD loopback: address family in network byte order. */
  loop: 108,
  /** Linux cooked capture, versions 1 and 2. */
  cooked1: 113,
  ipv4: 228,
  ipv6: 229,
  /** Hilscher netANALYZER: four bytes, then Ethernet up to the frame check sequence; with the preamble in the second. */
  netAnalyzer: 240,
  netAnalyzerTransparent: 241,
  cooked2: 276,
} as const;

/** EtherTypes, and the protocol types of GRE. */
export const EtherType = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  vlan: 0x8100,
  qinq: 0x88a8,
  oldQinq: 0x9100,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  /** PPPoE, session stage. */
  pppoe: 0x8864,
  /** Transparent Ethernet bridging. */
  bridged: 0x6558,
  /** ERSPAN, types I and II. */
  erspan2: 0x88be,
  erspan3: 0x22eb,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(LinkType));

/** True where `decodeLink` can read packets of the link type. */
export function readsLink(link: number): boolean {
  return KNOWN.has(link);
}

/** Link types that are read, for messages. */
export const LINK_NAMES = 'Ethernet, netANALYZER, Linux cooked, raw IP, PPP, Cisco HDLC and loopback';

/** Names of those that are met and not read. */
const UNREAD_NAMES: Readonly<Record<number, string>> = {
  6: 'Token Ring',
  7: 'ARCNET',
  8: 'SLIP',
  10: 'FDDI',
  105: 'Wi-Fi',
  107: 'Frame Relay',
  119: 'Wi-Fi with Prism header',
  127: 'Wi-Fi with radiotap header',
  165: 'BACnet MS/TP',
  166: 'pppd',
  187: 'Bluetooth HCI',
  189: 'USB',
  192: 'PPI',
  195: 'IEEE 802.15.4',
  197: 'ERF',
  201: 'Bluetooth HCI',
  204: 'PPP with direction',
  220: 'USB',
  226: 'Solaris ipnet',
  227: 'CAN',
  230: 'IEEE 802.15.4',
  239: 'NFLOG',
  242: 'IP over InfiniBand',
  249: 'USB',
  250: 'SEL RTAC serial',
  253: 'Netlink',
  257: 'PROFIBUS',
  258: 'Apple PKTAP',
  283: 'IEEE 802.15.4',
};

/** Number and name of a link type that is not read. */
export function linkName(link: number): string {
  const name = link >= 147 && link <= 162 ? "somebody's own" : UNREAD_NAMES[link];
  return name === undefined ? String(link) : `${link} (${name})`;
}
