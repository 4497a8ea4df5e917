using Hl7.Fhir.Model;
using static Dicom2Fhir.Conformance.Base.TypeInvariants;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>The invariants of a Bundle (FHIR R4 bundle, bdl-1 to bdl-12).</summary>
static class BundleInvariants
{
    public static Dictionary<Type, TypeInvariant[]> Table { get; } = new()
    {
        [typeof(Bundle)] =
        [
            Rule<Bundle>("bdl-1", "Only an answer to a search or a history has a total.", it => it.Total is null || it.Type is Bundle.BundleType.Searchset or Bundle.BundleType.History),
            Rule<Bundle>("bdl-2", "Only the entries of a search say how they were found.", it => it.Type is Bundle.BundleType.Searchset || it.Entry.All(entry => entry?.Search is null)),
            Rule<Bundle>("bdl-3", "Entries of a batch, transaction or history have a request, others have none.",
                it => it.Entry.All(entry => entry?.Request is not null == it.Type is Bundle.BundleType.Batch or Bundle.BundleType.Transaction or Bundle.BundleType.History)),
            Rule<Bundle>("bdl-4", "Entries of an answer to a batch or transaction, and of a history, have a response, others have none.",
                it => it.Entry.All(entry => entry?.Response is not null == it.Type is Bundle.BundleType.BatchResponse or Bundle.BundleType.TransactionResponse or Bundle.BundleType.History)),
            Rule<Bundle>("bdl-7", "A URL stands once for each version of a resource.", it => it.Type is Bundle.BundleType.History || AreDistinct(it)),
            Rule<Bundle>("bdl-9", "A document has an identifier with system and value.", it => it.Type is not Bundle.BundleType.Document || it.Identifier is { System: not null, Value: not null }),
            Rule<Bundle>("bdl-10", "A document has a date.", it => it.Type is not Bundle.BundleType.Document || it.TimestampElement?.JsonValue is not null),
            Rule<Bundle>("bdl-11", "A document begins with a composition.", it => it.Type is not Bundle.BundleType.Document || it.Entry is [] or [{ Resource: null or Composition }, ..]),
            Rule<Bundle>("bdl-12", "A message begins with its header.", it => it.Type is not Bundle.BundleType.Message || it.Entry is [] or [{ Resource: null or MessageHeader }, ..]),
        ],
        [typeof(Bundle.EntryComponent)] =
        [
            Rule<Bundle.EntryComponent>("bdl-5", "An entry has a resource, a request or a response.", it => it.Resource is not null || it.Request is not null || it.Response is not null),
            Rule<Bundle.EntryComponent>("bdl-8", "The URL of an entry is of no single version.", it => it.FullUrl?.Contains("/_history/", StringComparison.Ordinal) is not true),
        ],
    };

    static bool AreDistinct(Bundle bundle)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return bundle.Entry.All(entry => entry?.FullUrl is not { } url || seen.Add(url + entry.Resource?.Meta?.VersionId));
    }
}
