import Glibc
import JSONText

/// A log line under way: one JSON object in memory of a fixed size, for lines that every request writes. What does not fit is
/// counted and not written, so that the second attempt has room.
public struct LogLine: ~Copyable {
    @usableFromInline
    let memory: UnsafeMutableRawBufferPointer
    /// How long the line is, were there room.
    @usableFromInline
    var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    /// The members that every line has.
    mutating func begin(_ level: LogLevel, _ message: StaticString) {
        put("{\"ts\":\"")
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        LogTime.spell(seconds: Int(time.tv_sec), milliseconds: Int(time.tv_nsec) / 1_000_000) { put(byte: $0) }
        put("\",\"level\":\"")
        put(text: level.name)
        put("\",\"msg\":\"")
        put(message)
        put("\"")
    }

    mutating func end() { put("}\n") }

    /// A member with a string.
    @inlinable
    public mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        quote(text)
    }

    @usableFromInline
    mutating func quote(_ text: String) {
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            for byte in utf8 where byte < 0x20 || byte == 0x22 || byte == 0x5C { return false }
            put(byte: 0x22)
            put(UnsafeRawBufferPointer(utf8))
            put(byte: 0x22)
            return true
        }
        if isPlain { return }
        var json = JSONWriter()
        json.string(text)
        json.bytes.withUnsafeBytes { put($0) }
    }

    /// A member with a whole number.
    @inlinable
    public mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        put(value)
    }

    @usableFromInline
    mutating func put(_ value: Int) {
        if value < 0 { put(byte: 0x2D) }
        var rest = value.magnitude
        var length = 1
        while rest >= 10 {
            rest /= 10
            length += 1
        }
        rest = value.magnitude
        for place in stride(from: count + length - 1, through: count, by: -1) {
            if place < memory.count { memory[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10) }
            rest /= 10
        }
        count += length
    }

    /// A member with a string of 16 hexadecimal digits.
    @inlinable
    public mutating func member(_ name: StaticString, hexadecimal value: UInt64) {
        key(name)
        put(byte: 0x22)
        put(digits: Self.digits(of: UInt32(truncatingIfNeeded: value >> 32)))
        put(digits: Self.digits(of: UInt32(truncatingIfNeeded: value)))
        put(byte: 0x22)
    }

    /// A member with the text of a UUID (RFC 9562 §4), given as its halves.
    @inlinable
    public mutating func member(_ name: StaticString, uuid high: UInt64, _ low: UInt64) {
        key(name)
        put(byte: 0x22)
        put(digits: Self.digits(of: UInt32(truncatingIfNeeded: high >> 32)))
        put(byte: 0x2D)
        let middle = Self.digits(of: UInt32(truncatingIfNeeded: high))
        put(digits: UInt32(truncatingIfNeeded: middle))
        put(byte: 0x2D)
        put(digits: UInt32(truncatingIfNeeded: middle >> 32))
        put(byte: 0x2D)
        let node = Self.digits(of: UInt32(truncatingIfNeeded: low >> 32))
        put(digits: UInt32(truncatingIfNeeded: node))
        put(byte: 0x2D)
        put(digits: UInt32(truncatingIfNeeded: node >> 32))
        put(digits: Self.digits(of: UInt32(truncatingIfNeeded: low)))
        put(byte: 0x22)
    }

    /// Eight hexadecimal digits, the first in the lowest byte: each half byte goes to a byte of its own, and all become digits
    /// at once.
    @inlinable
    static func digits(of word: UInt32) -> UInt64 {
        var halves = UInt64(word.byteSwapped)
        halves = (halves & 0xFFFF_0000) << 16 | halves & 0xFFFF
        halves = (halves & 0x0000_FF00_0000_FF00) << 8 | halves & 0x0000_00FF_0000_00FF
        halves = (halves & 0x000F_000F_000F_000F) << 8 | halves >> 4 & 0x000F_000F_000F_000F
        let letters = (halves &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return halves &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }

    @inlinable
    @inline(__always)
    mutating func key(_ name: StaticString) {
        put(",\"")
        put(name)
        put("\":")
    }

    @inlinable
    @inline(__always)
    mutating func put(byte: UInt8) {
        if count < memory.count { memory[count] = byte }
        count += 1
    }

    /// Digits, the first in the lowest byte.
    @inlinable
    @inline(__always)
    mutating func put<Word: FixedWidthInteger>(digits: Word) {
        withUnsafeBytes(of: digits.littleEndian) { put($0) }
    }

    @inlinable
    @inline(__always)
    mutating func put(_ text: StaticString) {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable
    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count <= memory.count - count {
            UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + bytes.count]).copyMemory(from: bytes)
        }
        count += bytes.count
    }

    @inline(__always)
    private mutating func put(text: String) {
        var text = text
        text.withUTF8 { put(UnsafeRawBufferPointer($0)) }
    }
}
