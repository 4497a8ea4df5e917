using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Takes identities out of the headers of a batch before anything of them is kept (design decisions 3 and 4): what happens is the row's Privacy and
/// the site's policy. What has no pseudonym is quarantined.
/// </summary>
sealed class Protection(PatientPseudonyms patients, KeyedHash key, PrivacyOptions policy) : IDisposable
{
    readonly AttributePolicy attributes = new(key, policy);

    public KeyedHash Key => key;

    /// <summary>See <see cref="IndexerOptions.ProtectionIsOn"/>: identities go through when false.</summary>
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

    public void Dispose() => patients.Dispose();

    HeaderResult Apply(HeaderResult result, IReadOnlyDictionary<PatientKey, PseudonymAnswer> answers)
    {
        if (result.Attributes is not { } instance) return result;
        var answer = answers[KeyOf(instance)];
        return answer.Pseudonym is { } pseudonym
            ? result with { Attributes = attributes.Apply(instance, pseudonym) }
            : HeaderResult.Quarantined(result.Input, Reasons.Pseudonym, answer.Trouble!) with { Digest = instance.Hash() };
    }

    static PatientKey KeyOf(InstanceAttributes instance) =>
        new((instance[TagMap.IssuerOfPatientId] ?? "").Trim(), (instance[TagMap.PatientId] ?? "").Trim());
}
