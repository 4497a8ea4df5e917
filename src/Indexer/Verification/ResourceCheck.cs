using System.Text;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Verification;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Indexer.Verification;

/// <summary>Stored resources against themselves: content hash, references, conformance state.</summary>
sealed class ResourceCheck(StoreSnapshot snapshot, WriteGate gate)
{
    readonly List<Violation> violations = [];

    /// <summary>References of imports that point to nothing stored here, by type: stored as given, so no violation.</summary>
    public Dictionary<string, long> Dangling { get; } = [];

    public async Task<IReadOnlyList<Violation>> RunAsync(IReadOnlyList<ResourceRow> rows, CancellationToken cancellationToken)
    {
        violations.AddRange(rows.SelectMany(DocumentCheck.Check));
        var references = new List<(ResourceRow Row, ServedType Type, string Id)>();
        foreach (var row in rows.Where(row => row is { Deleted: false, Document: not null }))
        {
            if (StoredDocument.Parse(row.Document!) is not { } resource) continue;
            references.AddRange(LocalReferences(resource).Select(target => (row, target.Type, target.Id)));
            if (row.Conformance != (short)Verdict.Unchecked) CheckConformance(row, resource);
        }

        await CheckReferencesAsync(references, cancellationToken);
        return violations;
    }

    void CheckConformance(ResourceRow row, Resource resource)
    {
        var fresh = gate.Judge(resource, Encoding.UTF8.GetBytes(row.Document ?? "")).State;
        if (fresh.State != row.Conformance) violations.Add(new Violation(Checks.Conformance, row.Name, $"stored as {(Verdict)row.Conformance}, judged {(Verdict)fresh.State}"));
        else if (fresh.Engine == row.Engine && fresh.Profile != row.Profile) violations.Add(new Violation(Checks.Conformance, row.Name, "stored as judged by another profile"));
    }

    async System.Threading.Tasks.Task CheckReferencesAsync(List<(ResourceRow Row, ServedType Type, string Id)> references, CancellationToken cancellationToken)
    {
        var stored = (await snapshot.StatesAsync([.. references.Select(reference => (reference.Type, reference.Id)).Distinct()], cancellationToken))
            .Where(state => !state.Deleted).Select(state => (state.TypeNumber, state.Id)).ToHashSet();
        foreach (var (row, type, id) in references.Where(reference => !stored.Contains((reference.Type.Number, reference.Id))))
        {
            // the patients of an archive are in the clinical store
            if (row.Origin == (short)Origin.Index && type != ServedType.Patient) violations.Add(new Violation(Checks.Reference, row.Name, $"it refers to {type.Name}/{id}, which is not stored"));
            else if (row.Origin == (short)Origin.Import) Dangling[$"{row.Type.Name} to {type.Name}"] = Dangling.GetValueOrDefault($"{row.Type.Name} to {type.Name}") + 1;
        }
    }

    static IEnumerable<(ServedType Type, string Id)> LocalReferences(Base element)
    {
        if (element is ResourceReference { Reference: { } text } && text.Split('/') is [var name, var id] && ServedType.Find(name) is { } type) yield return (type, id);
        foreach (var (_, value) in element.EnumerateElements())
        {
            foreach (var child in value is Base one ? [one] : value is System.Collections.IEnumerable many and not string ? many.OfType<Base>() : [])
                foreach (var reference in LocalReferences(child)) yield return reference;
        }
    }
}
