using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Dicom2Fhir.Store.Outlines;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>
/// Which members of a resource an answer keeps (_elements, _summary, Search__Instances=omit), applied to the JSON text token by token: numbers are
/// never reformatted. A filtered resource carries the tag SUBSETTED.
/// </summary>
sealed class ElementFilter
{
    const string Subsetted = """{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}""";

    // What an answer is not FHIR without, beside the mandatory elements of the type.
    static readonly string[] Always = ["resourceType", "id", "meta"];

    static readonly ConcurrentDictionary<(string Type, Summary Summary), ElementFilter> Summaries = new();

    readonly Func<string, ElementFilter?> keep;

    // Null: drop; Everything: keep with all below.
    static readonly ElementFilter Everything = new(_ => Everything);

    ElementFilter(Func<string, ElementFilter?> keep) => this.keep = keep;

    /// <summary>The filter of a request; null when resources go out as they are stored.</summary>
    public static ElementFilter? Of(string type, ResultParameters results, bool instances)
    {
        if (results.Elements.Count > 0)
        {
            var kept = new HashSet<string>([.. Always, .. results.Elements.Select(Root), .. RootElements.Mandatory(type)]);
            return new ElementFilter(name => kept.Contains(name) ? Everything : null);
        }

        return results.Summary switch
        {
            Summary.True or Summary.Text => Summaries.GetOrAdd((type, results.Summary), key => Build(key.Type, key.Summary)),
            Summary.Data => !instances && type == "ImagingStudy" ? DataWithoutInstances : Data,
            _ when !instances && type == "ImagingStudy" => NoInstances,
            _ => null,
        };
    }

    /// <summary>Root elements that _elements wants of resources of any type, without those that are mandatory; null when it is not given.</summary>
    public static IReadOnlySet<string>? Wanted(ResultParameters results) => results.Elements.Count == 0 ? null : new HashSet<string>([.. Always, .. results.Elements.Select(Root)]);

    /// <summary>The filtered text, with the tag.</summary>
    public byte[] Apply(ReadOnlySpan<byte> document)
    {
        var output = new ArrayBufferWriter<byte>(document.Length);
        var reader = new Utf8JsonReader(document);
        reader.Read();
        CopyObject(ref reader, document, output, this, isResource: true);
        return output.WrittenSpan.ToArray();
    }

    static ElementFilter Data { get; } = new(name => name == "text" ? null : Everything);

    static ElementFilter NoInstances { get; } = new(name =>
        name == "series" ? new ElementFilter(member => member == "instance" ? null : Everything) : Everything);

    static ElementFilter DataWithoutInstances { get; } = new(name => name == "text" ? null : NoInstances.keep(name));

    static ElementFilter Build(string type, Summary summary)
    {
        if (summary == Summary.Text)
        {
            var kept = new HashSet<string>([.. Always, "text", .. RootElements.Mandatory(type)]);
            return new ElementFilter(name => kept.Contains(name) ? Everything : null);
        }

        var members = SummaryMembers(ModelInfo.ModelInspector.FindClassMapping(type)!);
        foreach (var name in Always) members[name] = Everything;
        return new ElementFilter(members.GetValueOrDefault);
    }

    // isSummary flags of the R4 definitions, as the SDK's model carries them. Backbone elements are filtered inside, data types go whole.
    static Dictionary<string, ElementFilter?> SummaryMembers(ClassMapping mapping)
    {
        var members = new Dictionary<string, ElementFilter?>();
        foreach (var property in mapping.PropertyMappings.Where(property => property.InSummary))
        {
            var inner = property.IsBackboneElement() ? ModelInfo.ModelInspector.FindClassMapping(property.ImplementingType) : null;
            var filter = inner is null ? Everything : new ElementFilter(SummaryMembers(inner).GetValueOrDefault);
            foreach (var name in RootElements.JsonNames(property)) members[name] = filter;
        }

        return members;
    }

    // _elements=ImagingStudy.subject and subject.reference both mean the root element.
    static string Root(string element)
    {
        var parts = element.Split('.');
        return parts.Length > 1 && char.IsAsciiLetterUpper(parts[0][0]) ? parts[1] : parts[0];
    }

    static void CopyObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> document, ArrayBufferWriter<byte> output, ElementFilter filter, bool isResource)
    {
        output.Write("{"u8);
        var first = true;
        var tagged = !isResource;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var start = (int)reader.TokenStartIndex;
            reader.Read();
            var inner = filter.keep(name.TrimStart('_'));
            if (inner is null)
            {
                reader.Skip();
                continue;
            }

            if (!first) output.Write(","u8);
            first = false;
            if (isResource && name == "meta")
            {
                output.Write("\"meta\":"u8);
                CopyMeta(ref reader, document, output);
                tagged = true;
            }
            else
            {
                output.Write(document[start..(int)reader.TokenStartIndex]);
                CopyValue(ref reader, document, output, inner);
            }
        }

        if (!tagged) output.Write(System.Text.Encoding.UTF8.GetBytes($"{(first ? "" : ",")}\"meta\":{{\"tag\":[{Subsetted}]}}"));
        output.Write("}"u8);
    }

    static void CopyValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> document, ArrayBufferWriter<byte> output, ElementFilter filter)
    {
        if (ReferenceEquals(filter, Everything) || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            output.Write(document[start..(int)reader.BytesConsumed]);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            CopyObject(ref reader, document, output, filter, isResource: false);
        }
        else
        {
            output.Write("["u8);
            for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
            {
                if (!first) output.Write(","u8);
                CopyValue(ref reader, document, output, filter);
            }

            output.Write("]"u8);
        }
    }

    static void CopyMeta(ref Utf8JsonReader reader, ReadOnlySpan<byte> document, ArrayBufferWriter<byte> output)
    {
        output.Write("{"u8);
        var tagged = false;
        for (var first = true; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; first = false)
        {
            if (!first) output.Write(","u8);
            var start = (int)reader.TokenStartIndex;
            var isTag = reader.ValueTextEquals("tag"u8);
            reader.Read();
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            output.Write(document[start..(isTag ? end - 1 : end)]);
            if (!isTag) continue;
            var empty = document[start..(end - 1)].TrimEnd(" \t\r\n"u8).EndsWith("["u8);
            output.Write(System.Text.Encoding.UTF8.GetBytes($"{(empty ? "" : ",")}{Subsetted}]"));
            tagged = true;
        }

        if (!tagged) output.Write(System.Text.Encoding.UTF8.GetBytes($"{(document.Length > 0 && output.WrittenSpan[^1] == (byte)'{' ? "" : ",")}\"tag\":[{Subsetted}]"));
        output.Write("}"u8);
    }
}

/// <summary>What the SDK's metadata says only indirectly.</summary>
static class PropertyMappings
{
    public static bool IsBackboneElement(this PropertyMapping property) => typeof(BackboneElement).IsAssignableFrom(property.ImplementingType);
}
