using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.Dicom;

/// <summary>One object of a DICOM JSON input: the header, or why there is none.</summary>
/// <param name="Number">Position in the array, from 1.</param>
/// <param name="Bytes">Length of the object's text.</param>
public sealed record DicomJsonEntry(int Number, long Bytes, DicomFile? File, DicomFormatException? Fault);

/// <summary>Reads the DICOM JSON model (PS3.18 section F.2): an array of objects, one object, or several behind each other; one object at a time in memory.</summary>
public static class DicomJsonReader
{
    // There is no transfer syntax in JSON; the text is UTF-8.
    const string NoTransferSyntax = "";

    /// <summary>
    /// Reads lazily. An object that is no usable header is an entry with its fault; the next one follows. Where it is not known how the text goes on (no
    /// JSON, cut, a limit) the fault is the last entry. There is at least one.
    /// </summary>
    /// <exception cref="IOException">The stream itself fails.</exception>
    public static IEnumerable<DicomJsonEntry> Read(Stream stream, ReadSet readSet, Limits limits, CancellationToken cancellationToken)
    {
        using ByteSource source = new(stream, long.MaxValue, Timeout.InfiniteTimeSpan, cancellationToken);
        if (source.Peek(3) is [0xEF, 0xBB, 0xBF]) source.Advance(3);
        for (var number = 1; ; number++)
        {
            var (json, end) = TryNextObject(source, limits, number == 1);
            if (json is { } text) yield return Entry(number, text, readSet, limits, source.Position);
            if (end is not null) yield return new(number, 0, null, end);
            if (json is null) yield break;
        }
    }

    static DicomJsonEntry Entry(int number, ReadOnlyMemory<byte> json, ReadSet readSet, Limits limits, long offset)
    {
        try
        {
            return new(number, json.Length, new DicomJsonObject(readSet, limits, offset).Read(json), null);
        }
        catch (DicomFormatException fault)
        {
            return new(number, json.Length, null, fault);
        }
    }

    static (ReadOnlyMemory<byte>? Json, DicomFormatException? End) TryNextObject(ByteSource source, Limits limits, bool isFirst)
    {
        try
        {
            var json = NextObject(source, limits, isFirst);
            return (json, json is null && isFirst ? new(source.Position == 0 ? DicomFault.Empty : DicomFault.NotDicom, "no object", source.Position, "") : null);
        }
        catch (DicomFormatException fault)
        {
            return (null, fault);
        }
    }

    /// <summary>The bytes of the next object; null at the end.</summary>
    static ReadOnlyMemory<byte>? NextObject(ByteSource source, Limits limits, bool isFirst)
    {
        for (; ; source.Advance(1))
        {
            if (source.Peek(1) is not [var next]) return null;
            if (next == '{') break;
            if (next is (byte)'[' or (byte)']' or (byte)',' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') continue;
            throw new DicomFormatException(isFirst ? DicomFault.NotDicom : DicomFault.NotJson, "no JSON object", source.Position, "");
        }

        ArrayBufferWriter<byte> bytes = new();
        for (long depth = 0, inString = 0, isEscaped = 0; ;)
        {
            source.Peek(1);
            var chunk = source.Buffered(16 * 1024);
            if (chunk.IsEmpty) throw new DicomFormatException(DicomFault.Truncated, "the bytes end inside an object", source.Position, "");
            var used = 0;
            while (used < chunk.Length)
            {
                var letter = chunk[used++];
                if (inString == 1) (inString, isEscaped) = isEscaped == 1 ? (1, 0) : letter == '"' ? (0, 0) : (1, letter == '\\' ? 1 : 0);
                else if (letter == '"') inString = 1;
                else if (letter is (byte)'{' or (byte)'[') depth++;
                else if (letter is (byte)'}' or (byte)']' && --depth == 0) break;
            }

            bytes.Write(chunk[..used]);
            source.Advance(used);
            if (bytes.WrittenCount > limits.HeaderBytes) throw new DicomFormatException(DicomFault.Limit, $"more than {limits.HeaderBytes} bytes", source.Position, "");
            if (depth == 0) return bytes.WrittenMemory;
        }
    }

    /// <summary>One object. Sequences recurse at most <see cref="Limits.Depth"/> levels.</summary>
    sealed class DicomJsonObject(ReadSet readSet, Limits limits, long offset)
    {
        readonly ProblemLog problems = new(limits.Problems);
        int elements;

        public DicomFile Read(ReadOnlyMemory<byte> json)
        {
            try
            {
                return Parse(json.Span);
            }
            catch (JsonException)
            {
                problems.Add("json-number", "", offset, "numbers that JSON does not know are read as text");
                elements = 0;
            }

            try
            {
                return Parse(QuoteNumbers(json.Span));
            }
            catch (JsonException exception)
            {
                throw NotJson($"no JSON at byte {exception.BytePositionInLine} of the object");
            }
        }

        DicomFile Parse(ReadOnlySpan<byte> json)
        {
            // Depth costs the reader one bit a level; deep sequences are skipped by Skip, which counts.
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = int.MaxValue / 2 });
            reader.Read();
            try
            {
                return new(NoTransferSyntax, Item(ref reader, readSet, 0), problems.Problems, json.Length);
            }
            catch (InvalidOperationException)
            {
                // Strings with lone surrogates or bytes that are no UTF-8.
                throw NotJson("a string is no UTF-8");
            }
        }

        DataSet Item(ref Utf8JsonReader reader, ReadSet set, int depth)
        {
            List<Element> found = [];
            var tags = 0;
            var others = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                reader.Read();
                if (key.Length != 8 || !uint.TryParse(key, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || reader.TokenType != JsonTokenType.StartObject)
                {
                    others++;
                    reader.Skip();
                    continue;
                }

                tags++;
                var tag = Tag.Of(value);
                if (!set.Contains(tag)) reader.Skip();
                else found.Add(Attribute(ref reader, tag, set, depth));
            }

            if (depth == 0 && tags == 0) throw new DicomFormatException(DicomFault.NotDicom, "no DICOM attribute in the object", offset, "");
            if (others > 0) problems.AddOnce("json-key", "", offset, "keys that are no tags");
            DataSet dataSet = new(found);
            if (dataSet.Elements.Count < found.Count) problems.AddOnce("duplicate-tag", "", offset, "an element stands there twice, the first counts");
            return dataSet;
        }

        Element Attribute(ref Utf8JsonReader reader, Tag tag, ReadSet set, int depth)
        {
            if (++elements > limits.Elements) throw new DicomFormatException(DicomFault.Limit, $"more than {limits.Elements} elements", offset, tag.ToString());
            var vr = "UN";
            List<string> values = [];
            List<DataSet> items = [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString();
                reader.Read();
                if (key == "vr" && reader.TokenType == JsonTokenType.String) vr = reader.GetString()!;
                else if (key == "Value" && reader.TokenType == JsonTokenType.StartArray) Values(ref reader, tag, set, depth, values, items);
                else reader.Skip();
            }

            var effective = Effective(tag, vr, items.Count > 0);
            return new(tag, effective.Name, effective.Kind is VrKind.Bulk or VrKind.Sequence ? [] : values, items);
        }

        Vr Effective(Tag tag, string written, bool hasItems)
        {
            if (hasItems) return Vr.Sequence;
            var vr = Vr.Find(written);
            var known = DataDictionary.VrOf(tag) is { } name ? Vr.Find(name[..2]) : null;
            if (vr is null) problems.AddOnce("vr-unknown", tag.ToString(), offset, "no VR of the standard");
            if (vr is null or { Name: "UN" }) return known ?? Vr.Unknown;
            return known is not null && vr.IsText && known.IsText ? known : vr;
        }

        void Values(ref Utf8JsonReader reader, Tag tag, ReadSet set, int depth, List<string> values, List<DataSet> items)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (++elements > limits.Elements) throw new DicomFormatException(DicomFault.Limit, $"more than {limits.Elements} values", offset, tag.ToString());
                switch (reader.TokenType)
                {
                    case JsonTokenType.String:
                        values.Add(reader.GetString()!.Trim(' '));
                        break;
                    case JsonTokenType.Number:
                        values.Add(Encoding.ASCII.GetString(reader.ValueSpan));
                        break;
                    case JsonTokenType.Null:
                        values.Add("");
                        break;
                    case JsonTokenType.StartObject when IsName(reader):
                        values.Add(Name(ref reader));
                        break;
                    case JsonTokenType.StartObject when depth < limits.Depth:
                        items.Add(Item(ref reader, set.Items(tag), depth + 1));
                        break;
                    case JsonTokenType.StartObject:
                        problems.AddOnce("too-deep", tag.ToString(), offset, $"sequences deeper than {limits.Depth} levels are skipped");
                        reader.Skip();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
        }

        static bool IsName(Utf8JsonReader reader) =>
            reader.Read() && reader.TokenType == JsonTokenType.PropertyName
            && (reader.ValueTextEquals("Alphabetic"u8) || reader.ValueTextEquals("Ideographic"u8) || reader.ValueTextEquals("Phonetic"u8));

        static string Name(ref Utf8JsonReader reader)
        {
            var groups = new string[3];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var at = reader.ValueTextEquals("Alphabetic"u8) ? 0 : reader.ValueTextEquals("Ideographic"u8) ? 1 : 2;
                reader.Read();
                if (reader.TokenType == JsonTokenType.String) groups[at] = reader.GetString()!.Trim(' ');
                else reader.Skip();
            }

            return string.Join('=', groups).TrimEnd('=');
        }

        DicomFormatException NotJson(string text) => new(DicomFault.NotJson, text, offset, "");

        /// <summary>Puts quotes around what stands outside of strings and is no bracket: numbers of other tools, "127.", ".5", "NaN".</summary>
        static ReadOnlySpan<byte> QuoteNumbers(ReadOnlySpan<byte> json)
        {
            ArrayBufferWriter<byte> bytes = new(json.Length + 64);
            for (var at = 0; at < json.Length;)
            {
                var end = at + 1;
                if (json[at] == '"')
                {
                    while (end < json.Length && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
                    end = Math.Min(end + 1, json.Length);
                    bytes.Write(json[at..end]);
                }
                else if (json[at] is (byte)'+' or (byte)'-' or (byte)'.' or (byte)'N' or (byte)'I' or (>= (byte)'0' and <= (byte)'9'))
                {
                    while (end < json.Length && (char.IsAsciiLetterOrDigit((char)json[end]) || json[end] is (byte)'+' or (byte)'-' or (byte)'.')) end++;
                    bytes.Write("\""u8);
                    bytes.Write(json[at..end]);
                    bytes.Write("\""u8);
                }
                else
                {
                    bytes.Write(json[at..end]);
                }

                at = end;
            }

            return bytes.WrittenSpan;
        }
    }
}
