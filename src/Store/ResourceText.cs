using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.Store;

/// <summary>
/// The JSON text of a resource, copied token by token: names, strings with their escapes, numbers and the order stay byte for byte; white space between
/// tokens is dropped. The content (design decision 12) is that text without meta.versionId and meta.lastUpdated, and without a meta that is empty then,
/// so the same resource has the same content whether it is stamped, indented or neither.
/// </summary>
sealed class ResourceText
{
    // The parser of imports allows 64; the reader counts the innermost value too.
    internal const int DeepestJson = 128;

    readonly byte[] content;
    readonly int place;
    readonly bool inMeta;

    ResourceText(byte[] content, int place, bool inMeta)
    {
        this.content = content;
        this.place = place;
        this.inMeta = inMeta;
        Hash = SHA256.HashData(content);
    }

    /// <summary>SHA-256 of the content.</summary>
    public byte[] Hash { get; }

    /// <summary>The content itself.</summary>
    public string Content => Encoding.UTF8.GetString(content);

    /// <exception cref="StoreException">The text is not a JSON object with a resourceType.</exception>
    public static ResourceText Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <param name="json">UTF-8.</param>
    /// <exception cref="StoreException">The text is not a JSON object with a resourceType.</exception>
    public static ResourceText Parse(byte[] json)
    {
        try
        {
            return new Copy(json).Run();
        }
        catch (JsonException exception)
        {
            throw new StoreException("The text of a resource is not JSON.", exception);
        }
    }

    /// <summary>The text with this version and time: first in meta, which stands behind id, else behind resourceType, when the resource has none.</summary>
    public string WithVersion(int version, DateTime lastUpdated)
    {
        var stamp = $"\"versionId\":\"{version.ToString(CultureInfo.InvariantCulture)}\",\"lastUpdated\":\"{Instant(lastUpdated)}\"";
        return string.Concat(
            Encoding.UTF8.GetString(content.AsSpan(0, place)),
            inMeta ? stamp + "," : $",\"meta\":{{{stamp}}}",
            Encoding.UTF8.GetString(content.AsSpan(place)));
    }

    /// <summary>FHIR instant, UTC, milliseconds.</summary>
    public static string Instant(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    ref struct Copy(byte[] json)
    {
        readonly ArrayBufferWriter<byte> output = new(json.Length + 1);
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = DeepestJson });
        bool wantsComma;
        int behindType = -1;
        int behindId = -1;
        int insideMeta = -1;

        public ResourceText Run()
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw new StoreException("The text of a resource is not a JSON object.");
            Open((byte)'{');
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) Member();
            Close((byte)'}');
            reader.Read();      // nothing may follow
            if (behindType < 0) throw new StoreException("A resource without resourceType cannot be stored.");
            var place = insideMeta >= 0 ? insideMeta : behindId >= 0 ? behindId : behindType;
            return new ResourceText(output.WrittenSpan.ToArray(), place, insideMeta >= 0);
        }

        void Member()
        {
            if (reader.ValueTextEquals("meta"u8))
            {
                Meta();
                return;
            }

            var (isType, isId) = (reader.ValueTextEquals("resourceType"u8), reader.ValueTextEquals("id"u8));
            Name();
            reader.Read();
            Value();
            if (isType) behindType = output.WrittenCount;
            if (isId) behindId = output.WrittenCount;
        }

        void Meta()
        {
            if (IsStampAlone(reader))
            {
                reader.Skip();
                return;
            }

            Name();
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Value();
                return;
            }

            Open((byte)'{');
            insideMeta = output.WrittenCount;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (IsStamp(reader))
                {
                    reader.Skip();
                    continue;
                }

                Name();
                reader.Read();
                Value();
            }

            Close((byte)'}');
        }

        static bool IsStamp(Utf8JsonReader at) => at.ValueTextEquals("versionId"u8) || at.ValueTextEquals("lastUpdated"u8);

        // The reader is a value: this copy looks ahead.
        static bool IsStampAlone(Utf8JsonReader ahead)
        {
            ahead.Read();
            if (ahead.TokenType != JsonTokenType.StartObject) return false;
            while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
            {
                if (!IsStamp(ahead)) return false;
                ahead.Skip();
            }

            return true;
        }

        void Value()
        {
            var depth = reader.CurrentDepth;
            do
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        Open((byte)'{');
                        break;
                    case JsonTokenType.StartArray:
                        Open((byte)'[');
                        break;
                    case JsonTokenType.EndObject:
                        Close((byte)'}');
                        break;
                    case JsonTokenType.EndArray:
                        Close((byte)']');
                        break;
                    case JsonTokenType.PropertyName:
                        Name();
                        break;
                    default:
                        Separate();
                        Scalar();
                        wantsComma = true;
                        break;
                }
            }
            while ((reader.CurrentDepth > depth || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) && reader.Read());
        }

        void Name()
        {
            Separate();
            Quoted();
            output.Write([(byte)':']);
            wantsComma = false;
        }

        readonly void Scalar()
        {
            if (reader.TokenType == JsonTokenType.String) Quoted();
            else output.Write(reader.ValueSpan);
        }

        readonly void Quoted()
        {
            output.Write([(byte)'"']);
            output.Write(reader.ValueSpan);
            output.Write([(byte)'"']);
        }

        readonly void Separate()
        {
            if (wantsComma) output.Write([(byte)',']);
        }

        void Open(byte bracket)
        {
            Separate();
            output.Write([bracket]);
            wantsComma = false;
        }

        void Close(byte bracket)
        {
            output.Write([bracket]);
            wantsComma = true;
        }
    }
}
