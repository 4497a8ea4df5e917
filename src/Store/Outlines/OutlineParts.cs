using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Store.Outlines;

/// <summary>
/// A form, cut to the members that are wanted, taken apart at its places. A place is a JSON string of one noncharacter (Unicode 23.7: for use inside a
/// program), so that a form is JSON and can be filtered like a document.
/// </summary>
public sealed class OutlineParts
{
    internal const char Id = '\uFDD0';
    internal const char Version = '\uFDD1';
    internal const char LastUpdated = '\uFDD2';

    /// <summary>Place of the first value, followed by those of the others.</summary>
    internal const char FirstValue = '\uFDD3';

    internal const char Last = '\uFDEF';

    /// <summary>Stands between two values: never within JSON without white space.</summary>
    internal const char Between = '\n';

    // "yyyy-MM-ddTHH:mm:ss.fffZ without the quote at the end, and the longest that a place takes beside values and the id: the round-trip format of a time.
    const int InstantLength = 25;
    const int LongestKnown = 40;

    readonly List<(byte[] Before, char Place)> parts = [];
    readonly byte[] end;
    readonly int length;

    /// <param name="form">UTF-8.</param>
    public OutlineParts(ReadOnlySpan<byte> form)
    {
        var rest = Encoding.UTF8.GetString(form);
        for (int at; (at = rest.AsSpan().IndexOfAnyInRange(Id, Last)) >= 0; rest = rest[(at + 2)..])
        {
            parts.Add((Encoding.UTF8.GetBytes(rest[..(at - 1)]), rest[at]));
        }

        end = Encoding.UTF8.GetBytes(rest);
        length = end.Length + parts.Sum(part => part.Before.Length + LongestKnown);
    }

    /// <summary>Writes the outline of a resource as JSON.</summary>
    public void Write(IBufferWriter<byte> output, StoredResource resource)
    {
        var values = resource.Outline!.Values;
        var room = output.GetSpan(length + Encoding.UTF8.GetMaxByteCount(values.Length + resource.Id.Length));
        var at = 0;
        foreach (var (before, place) in parts)
        {
            before.CopyTo(room[at..]);
            at += before.Length;
            at += place switch
            {
                Id => Quoted(room[at..], resource.Id),
                Version => Quoted(room[at..], TextOf(resource.Version)),
                LastUpdated => QuotedInstant(room[at..], resource.LastUpdated),
                _ => Encoding.UTF8.GetBytes(ValueOf(values, place - FirstValue), room[at..]),
            };
        }

        end.CopyTo(room[at..]);
        output.Advance(at + end.Length);
    }

    internal static string TextOf(int version) => version.ToString(CultureInfo.InvariantCulture);

    static ReadOnlySpan<char> ValueOf(ReadOnlySpan<char> values, int index)
    {
        for (; index > 0; index--) values = values[(values.IndexOf(Between) + 1)..];
        var next = values.IndexOf(Between);
        return next < 0 ? values : values[..next];
    }

    static int Quoted(Span<byte> room, string text)
    {
        room[0] = (byte)'"';
        var count = Encoding.UTF8.GetBytes(text, room[1..]);
        room[count + 1] = (byte)'"';
        return count + 2;
    }

    // As ResourceText.Instant: the round-trip format, which is quick, has seven digits of a second instead of three.
    static int QuotedInstant(Span<byte> room, DateTime utc)
    {
        room[0] = (byte)'"';
        Utf8Formatter.TryFormat(utc, room[1..], out _, 'O');
        "Z\""u8.CopyTo(room[(InstantLength - 1)..]);
        return InstantLength + 1;
    }
}
