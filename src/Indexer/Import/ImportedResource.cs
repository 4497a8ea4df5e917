using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Store;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.Indexer.Import;

/// <summary>What an imported text is: a resource to store, or an outcome with its reason (design decision 13).</summary>
abstract record ImportedResource
{
    /// <param name="Json">UTF-8.</param>
    public sealed record Accepted(ServedType Type, Resource Resource, byte[] Json) : ImportedResource
    {
        /// <summary>With the tag of resources that break their profile, or without it.</summary>
        public Accepted WithTag(bool on)
        {
            if (!on && Resource.Meta?.Tag.Any(tag => tag.System == ConformanceTag.System) != true) return this;
            var json = Encoding.UTF8.GetBytes(ConformanceTag.Set(Encoding.UTF8.GetString(Json), on));
            return this with { Json = json, Resource = Parse(json)! };
        }
    }

    /// <summary>Judged and made ready to be stored.</summary>
    /// <param name="StudyUid">Study Instance UID of an ImagingStudy that has one.</param>
    public sealed record Ready(PreparedWrite Write, string? StudyUid) : ImportedResource;

    public sealed record Turned(string Outcome, string Reason, string Text) : ImportedResource;

    static readonly Turned HalfPair = new(Outcomes.Quarantined, Reasons.NotFhir, "a string holds half of a surrogate pair");

    static readonly JsonSerializerOptions Strict = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);

    /// <summary>Judges one text: JSON, a served type, strictly FHIR, with an id, without an identity.</summary>
    public static ImportedResource Read(ImportItem item, bool allowIdentifying)
    {
        if (item.Reason is { } reason) return new Turned(Outcomes.Quarantined, reason, TextOf(reason));
        if (item.IsDelete) return new Turned(Outcomes.Skipped, Reasons.Policy, "deletions are not imported");
        if (item.Json.IsEmpty) return new Turned(Outcomes.Quarantined, Reasons.NotFhir, "the entry has no resource");
        if (QuickReader.Read(item.Json.Span) is { } certain && ServedType.Find(certain.TypeName) is { } type) return Judge(type, certain, item, allowIdentifying);
        if (!Utf8.IsValid(item.Json.Span)) return new Turned(Outcomes.Quarantined, Reasons.NotJson, "not UTF-8");
        string? typeName;
        try
        {
            typeName = TypeOf(item.Json.Span);
        }
        catch (JsonException exception)
        {
            return new Turned(Outcomes.Quarantined, Reasons.NotJson, string.Create(CultureInfo.InvariantCulture, $"no JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"));
        }
        catch (InvalidOperationException)
        {
            return HalfPair;
        }

        if (typeName is null) return new Turned(Outcomes.Quarantined, Reasons.NotFhir, "no resourceType");
        if (ServedType.Find(typeName) is not { } served)
        {
            return ModelInfo.IsKnownResource(typeName)
                ? new Turned(Outcomes.Skipped, Reasons.TypeNotServed, $"{typeName} is not served")
                : new Turned(Outcomes.Quarantined, Reasons.NotFhir, "the resourceType is not one of FHIR R4");
        }

        try
        {
            return JsonSerializer.Deserialize<Resource>(item.Json.Span, Strict) is not { } resource
                ? new Turned(Outcomes.Quarantined, Reasons.NotFhir, "no resource")
                : Judge(served, resource, item, allowIdentifying);
        }
        catch (DeserializationFailedException exception)
        {
            return new Turned(Outcomes.Quarantined, Reasons.NotFhir, FirstSentence(exception.Exceptions.FirstOrDefault()?.Message ?? exception.Message));
        }
        catch (Exception exception) when (exception is JsonException or CodedException)
        {
            // Deeper than the parser goes, or a shape at which it stops.
            return new Turned(Outcomes.Quarantined, Reasons.NotFhir, FirstSentence(exception.Message));
        }
        catch (InvalidOperationException)
        {
            return HalfPair;
        }
    }

    // Reads to the end, so that what is no JSON is known by its place. Null: no resourceType.
    static string? TypeOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
        string? type = null;
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        while (reader.Read())
        {
            if (!isObject || reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("resourceType"u8)) continue;
            reader.Read();
            type = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }

        return type;
    }

    static Resource? Parse(ReadOnlySpan<byte> json) => QuickReader.Read(json) ?? JsonSerializer.Deserialize<Resource>(json, Strict);

    static ImportedResource Judge(ServedType served, Resource resource, ImportItem item, bool allowIdentifying)
    {
        if (string.IsNullOrEmpty(resource.Id)) return new Turned(Outcomes.Quarantined, Reasons.NoId, "no id");
        if (!allowIdentifying && Patients(resource).Any(IsIdentifying))
        {
            return new Turned(Outcomes.Quarantined, Reasons.Policy, "a Patient with name, telecom, address, photo or contact; Import__AllowIdentifying=true takes it");
        }

        return new Accepted(served, resource, item.Json.ToArray());
    }

    static string TextOf(string reason) => reason switch
    {
        Reasons.Empty => "no bytes",
        Reasons.Truncated => "the text ends inside the Bundle",
        Reasons.Limit => "longer than one resource may be",
        Reasons.NotJson => "an entry of the Bundle is no JSON; those behind it are not read",
        _ => "the file cannot be read to its end",
    };

    // A contained Patient is stored and shown with the resource that contains it.
    static IEnumerable<Patient> Patients(Resource resource) =>
        new[] { resource }.Concat(resource is DomainResource domain ? domain.Contained : []).OfType<Patient>();

    static bool IsIdentifying(Patient patient) =>
        patient.Name.Count > 0 || patient.Telecom.Count > 0 || patient.Address.Count > 0 || patient.Photo.Count > 0 || patient.Contact.Count > 0;

    // Parser messages may quote values from the second sentence on; values do not belong into the ledger.
    static string FirstSentence(string text)
    {
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        var sentence = end < 0 ? text : text[..end];
        var quote = sentence.IndexOfAny(['\'', '"']);
        return (quote < 0 ? sentence : sentence[..quote]).Trim().TrimEnd(':');
    }
}
