using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Takes identities out of the headers of a batch before anything of them is kept (design decisions 3 and 4): what happens is the row's Privacy. What
/// has no pseudonym is quarantined.
/// </summary>
sealed class Protection(PatientPseudonyms patients, KeyedHash key)
{
    /// <summary>False only in the test that proves the canary search: identities then go through.</summary>
    internal bool IsOn { get; init; } = true;

    /// <summary>The batch in its order, without identities.</summary>
    public async Task<IReadOnlyList<HeaderResult>> ApplyAsync(IReadOnlyList<HeaderResult> batch, CancellationToken cancellationToken)
    {
        if (!IsOn) return batch;
        var asked = batch.Where(result => result.Attributes is not null).Select(result => KeyOf(result.Attributes!)).Distinct().ToList();
        if (asked.Count == 0) return batch;
        var answers = await patients.FindAsync(asked, cancellationToken);
        var results = new HeaderResult[batch.Count];
        Parallel.For(0, batch.Count, new ParallelOptions { CancellationToken = cancellationToken }, i => results[i] = Apply(batch[i], answers));
        return results;
    }

    HeaderResult Apply(HeaderResult result, IReadOnlyDictionary<PatientKey, PseudonymAnswer> answers)
    {
        if (result.Attributes is not { } instance) return result;
        var answer = answers[KeyOf(instance)];
        return answer.Pseudonym is { } pseudonym
            ? result with { Attributes = Apply(instance, pseudonym) }
            : HeaderResult.Quarantined(result.Input, Reasons.Pseudonym, answer.Trouble!);
    }

    InstanceAttributes Apply(InstanceAttributes instance, string pseudonym)
    {
        var scrubber = Scrubber.For(instance);
        return instance.With((row, value) => value is null ? null : row.Privacy switch
        {
            Privacy.PatientId => pseudonym,
            Privacy.PatientIdIssuer or Privacy.ScrubberOnly or Privacy.Drop => null,
            Privacy.Accession when row.Path.Tags.Length > 1 => string.Join('\\', value.Split('\\').Select(Accession)),
            Privacy.Accession => Accession(value),
            Privacy.Text => scrubber.Clean(value),
            _ => value,
        });
    }

    string Accession(string value) => value.Trim() is { Length: > 0 } number ? key.Accession(number) : "";

    static PatientKey KeyOf(InstanceAttributes instance) =>
        new((instance[TagMap.IssuerOfPatientId] ?? "").Trim(), (instance[TagMap.PatientId] ?? "").Trim());
}
