/**
 * The messages of a capture as tshark reads them. What its fields mean is taken from its own field list, and widths of S7
 * variables from public descriptions, not from this project's tables.
 *
 * @module
 */

import { Anomaly } from '../../src/operation/anomaly.ts';
import { type FieldMessage, timeOf } from './message.ts';
import { dissected, type PdmlField, type PdmlProtocol } from './pdml.ts';

const WANTED = 'frame ip ipv6 tcp mbtcp modbus s7comm';

/** Messages of a capture; `decodeAs` are ports on which tshark does not look for Modbus by itself. */
export async function* theirMessages(
  path: string,
  decodeAs: readonly number[],
): AsyncGenerator<FieldMessage> {
  for await (const packet of dissected(path, 'tcp && (modbus || s7comm)', WANTED, decodeAs)) {
    const frame = packet.find(({ name }) => name === 'frame')!;
    const common = commonOf(packet, frame);
    const number = Number(shown(frame, 'frame.number'));
    const cut = shown(frame, 'frame.cap_len') !== shown(frame, 'frame.len');
    const anomalies = cut ? Anomaly.truncated : 0;
    for (const [index, protocol] of packet.entries()) {
      if (protocol.name !== 'modbus' && protocol.name !== 's7comm') continue;
      const fields = new Map(common);
      if (protocol.name === 's7comm') s7comm(protocol.fields, fields);
      else modbus(protocol, packet[index - 1]!, fields);
      yield { protocol: protocol.name, frame: number, fields, anomalies };
    }
  }
}

/** Time and endpoints: those of the innermost headers. */
function commonOf(packet: readonly PdmlProtocol[], frame: PdmlProtocol): Map<string, string> {
  const ip = packet.findLast(({ name }) => name === 'ip' || name === 'ipv6')!;
  const tcp = packet.findLast(({ name }) => name === 'tcp')!;
  const host = (which: 'src' | 'dst') => shown(ip, `${ip.name}.${which}`) ?? '';
  return new Map([
    ['time', timeOf(Number(shown(frame, 'frame.time_epoch')))],
    ['from', `${host('src')} ${shown(tcp, 'tcp.srcport')}`],
    ['to', `${host('dst')} ${shown(tcp, 'tcp.dstport')}`],
  ]);
}

function shown({ fields }: PdmlProtocol, wanted: string): string | undefined {
  return fields.find(({ name }) => name === wanted)?.show;
}

function modbus({ fields }: PdmlProtocol, header: PdmlProtocol, to: Map<string, string>): void {
  const all = (name: string) => fields.filter(field => field.name === `modbus.${name}`);
  const number = (key: string, name: string) => {
    const [field] = all(name);
    if (field !== undefined) to.set(key, String(Number(field.show)));
  };
  to.set('transaction', shown(header, 'mbtcp.trans_id')!);
  to.set('unit', shown(header, 'mbtcp.unit_id')!);
  number('function', 'func_code');
  number('exception', 'exception_code');
  number('subfunction', 'diagnostic_code');
  number('subfunction', 'mei');
  const code = to.get('function');
  // Of a file's records it is one for each group.
  if (code === '20' || code === '21') {
    const [references, counts] = [all('reference_num_32'), all('word_cnt')];
    if (references.length > 0) {
      to.set('records', references.map(({ value }) => Number.parseInt(value, 16)).join(' '));
      to.set('record counts', counts.map(({ show }) => show).join(' '));
    }
    const data = all('data');
    if (data.length > 0) to.set('values', data.map(({ value }) => value).join(''));
    return;
  }
  number('reference', 'reference_num');
  number('quantity', 'bit_cnt');
  // Of a FIFO queue it is how much is told of the one that was asked for.
  if (code !== '24') number('quantity', 'word_cnt');
  if (code === '22') {
    to.delete('quantity');
    const masks = [...all('and_mask'), ...all('or_mask')].map(({ value }) => value).join('');
    if (masks !== '') to.set('values', masks);
    return;
  }
  if (code === '23') {
    number('reference', 'read_reference_num');
    number('quantity', 'read_word_cnt');
    number('write reference', 'write_reference_num');
    number('write quantity', 'write_word_cnt');
  }
  if (code === '43') {
    const ids = all('object_id').map(({ show }) => show);
    // Objects of a vendor's own are bytes to tshark.
    const texts = fields
      .filter(({ name }) => name === 'modbus.object_str_value' || name === 'modbus.object_value')
      .map(({ name, show, value }) =>
        name.endsWith('_str_value') ? show : Buffer.from(value, 'hex').toString('latin1'),
      );
    if (to.has('exception')) return;
    if (ids.length > 0)
      to.set('objects', ids.map((id, i) => (texts.length > 0 ? `${id}=${texts[i]}` : id)).join(' '));
    return;
  }
  const registers = all('regval_uint16');
  const bits = all('bitval');
  if (registers.length > 0) to.set('values', registers.map(({ value }) => value).join(''));
  if (bits.length > 0) to.set('bits', bits.map(({ show }) => (show === '0' ? '0' : '1')).join(''));
  // A read's answer names its objects by the numbers of what it tells, which are counted from 0 where there is no request.
  const [first] = all('request_frame').length > 0 ? [...all('regnum16'), ...all('bitnum')] : [];
  if (first !== undefined && !to.has('reference')) to.set('reference', first.show);
  const data = [...all('data'), ...fields.filter(({ name }) => /^modbus\.diagnostic\./.test(name))];
  if (data.length > 0 && !to.has('values')) {
    let bytes = data.map(({ value }) => value).join('');
    // A single coil's word is cut into data and padding in several ways; a server's identifier has its length before it.
    if (code === '5')
      bytes = (
        bytes +
        all('padding')
          .map(({ value }) => value)
          .join('')
      ).slice(0, 4);
    if (code === '17') bytes = bytes.slice(2);
    // UMAS: session and function are told apart.
    if (code === '90') bytes = bytes.slice(4);
    if (bytes !== '') to.set('values', bytes);
  }
}

/** Names of areas, by their code. */
const AREAS: Readonly<Record<number, string>> = {
  3: 'SYSINFO',
  5: 'SM',
  6: 'AI',
  7: 'AQ',
  28: 'C',
  29: 'T',
  30: 'IEC_C',
  31: 'IEC_T',
  128: 'P',
  129: 'I',
  130: 'Q',
  131: 'M',
  132: 'DB',
  133: 'DB',
  134: 'L',
  135: 'DB',
};
/** Bits of one element by transport size: BIT, BYTE, CHAR, WORD, INT, DWORD, DINT, REAL, DATE, TOD, TIME, S5TIME, DT. */
const BITS: Readonly<Record<number, number>> = {
  1: 1,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 32,
  8: 32,
  9: 16,
  10: 32,
  11: 32,
  12: 16,
  15: 64,
};
/** Types of blocks. */
const BLOCKS: Readonly<Record<string, string>> = {
  '08': 'OB',
  '0A': 'DB',
  '0B': 'SDB',
  '0C': 'FC',
  '0D': 'SFC',
  '0E': 'FB',
  '0F': 'SFB',
};
/** Areas of a variable table (high four bits). */
const TABLE_AREAS = ['M', 'I', 'Q', 'P', '', 'T', 'C', 'DB'];

function s7comm(fields: readonly PdmlField[], to: Map<string, string>): void {
  const one = (name: string) => fields.find(field => field.name === `s7comm.${name}`);
  const all = (name: string) => fields.filter(field => field.name === `s7comm.${name}`);
  const hex = (field: PdmlField | undefined) => (field === undefined ? 0 : Number.parseInt(field.value, 16));
  const number = (key: string, name: string) => {
    const field = one(name);
    if (field !== undefined) to.set(key, String(Number(field.show)));
  };
  number('kind', 'header.rosctr');
  number('reference', 'header.pduref');
  number('function', 'param.func');
  const [errorClass, errorCode] = [one('header.errcls'), one('header.errcod')];
  if (errorClass !== undefined) to.set('error', String(hex(errorClass) * 256 + hex(errorCode)));
  const type = one('param.userdata.type');
  // Numerical controls have types of their own for what they push, ask and answer: 3, 7 and 11.
  if (type !== undefined) to.set('type', String(Number(type.show) & ~3));
  number('group', 'param.userdata.funcgroup');
  number('subfunction', 'param.userdata.subfunc');
  if (to.get('type') === '8') number('error', 'param.errcod');
  if (to.get('function') === '240') {
    const names = ['param.maxamq_calling', 'param.maxamq_called', 'param.pdu_length'];
    to.set('values', names.map(name => one(name)?.value ?? '').join(''));
  }
  const asks = to.get('kind') === '1' || to.get('type') === '4';
  // A variable of several ranges is several objects.
  if (asks && one('param.item.dbread.numareas') === undefined) number('items', 'param.itemcount');
  for (const [key, name] of [
    ['file', 'param.blockcontrol.filename'],
    ['service', 'param.pistart.servicename'],
  ] as const) {
    const field = one(name);
    if (field !== undefined) to.set(key, Buffer.from(field.value, 'hex').toString('latin1'));
  }
  if (to.get('function') === '40' && to.has('file')) {
    // A service on blocks names them without the kind of file.
    to.delete('file');
    const files = all('param.blockcontrol.filename');
    to.set(
      'blocks',
      files.map(({ value }) => blockOf(Buffer.from(value, 'hex').toString('latin1'))).join(' '),
    );
  }
  const szl = one('data.userdata.szl_id');
  if (szl !== undefined) to.set('SZL', String(hex(szl) * 65_536 + hex(one('data.userdata.szl_index'))));
  const objects = [...variables(fields), ...tableItems(fields)];
  if (objects.length > 0) to.set('objects', objects.join(' '));
  if (all('data.item').length > 0) values(fields, to, asks);
}

/** The block that a file name such as `0A00001P` stands for. */
function blockOf(file: string): string {
  return `${BLOCKS[file.slice(0, 2)] ?? '?'}${Number(file.slice(2, 7))}`;
}

/** The variables of a request. */
function variables(fields: readonly PdmlField[]): string[] {
  const objects: string[] = [];
  let item = new Map<string, number>();
  const end = () => {
    const object = item.size > 0 ? variable(item) : undefined;
    if (object !== undefined) objects.push(object);
    item = new Map();
  };
  for (const { name, value } of fields) {
    if (name === 's7comm.param.item' || name === 's7comm.param.subitem') end();
    const [, key] = /^s7comm\.param\.item\.(.*)$/.exec(name) ?? [];
    if (key !== undefined && value !== '') item.set(key, Number.parseInt(value, 16));
  }
  end();
  return objects;
}

function variable(item: ReadonlyMap<string, number>): string | undefined {
  const get = (key: string) => item.get(key) ?? 0;
  if (item.has('dbread.length')) {
    return `DB${get('dbread.db')}:${get('dbread.startaddress') * 8}+${get('dbread.length') * 8}`;
  }
  if (item.has('nck.line')) return `NCK:${get('nck.line')}+${get('nck.linecount')}`;
  if (item.has('driveesany.parameternr')) {
    return `DRIVE${get('driveesany.parameternr')}:${get('driveesany.parameteridx')}+1`;
  }
  if (!item.has('area')) return undefined;
  const area = AREAS[get('area')] ?? '';
  const number = get('area') === 0x87 ? 1 : area === 'DB' ? get('db') : '';
  const counted = area === 'C' || area === 'T' || area.startsWith('IEC');
  const extent = get('length') * (counted ? 1 : (BITS[get('transp_size')] ?? 0));
  return `${area}${number}:${get('address')}+${extent}`;
}

/** The variables of a variable table: each ends with where it starts. */
function tableItems(fields: readonly PdmlField[]): string[] {
  const objects: string[] = [];
  const item = new Map<string, number>();
  for (const { name, value } of fields) {
    const [, key] = /^s7comm\.varstat\.req\.(.*)$/.exec(name) ?? [];
    if (key === undefined) continue;
    item.set(key, Number.parseInt(value, 16));
    if (key !== 'startaddress') continue;
    const get = (of: string) => item.get(of) ?? 0;
    const code = get('memory_area');
    const area = TABLE_AREAS[code >> 4] ?? '';
    const counted = area === 'T' || area === 'C';
    const width = code & 15;
    const start = get('startaddress') * (counted ? 1 : 8) + get('bitpos');
    const factor = get('repetition_factor');
    const extent = counted ? factor : width === 0 ? 1 : (8 << (width - 1)) * factor;
    objects.push(`${area}${area === 'DB' ? get('db_number') : ''}:${start}+${extent}`);
    item.clear();
  }
  return objects;
}

/** Return codes and values of items; the code that stands before the data of Userdata is none of an item. */
function values(fields: readonly PdmlField[], to: Map<string, string>, asks: boolean): void {
  const codes: string[] = [];
  const contents: string[] = [];
  let inside = false;
  for (const { name, show, value } of fields) {
    if (name === 's7comm.data.item') {
      inside = true;
      contents.push('-');
    } else if (!inside) continue;
    else if (name === 's7comm.data.returncode') codes.push(String(Number(show)));
    else if (name === 's7comm.resp.data') contents[contents.length - 1] = value;
  }
  if (codes.length === 0) return;
  // In a write they are reserved.
  if (!asks) to.set('codes', codes.join(' '));
  if (contents.some(content => content !== '-')) to.set('values', contents.join(' '));
}
