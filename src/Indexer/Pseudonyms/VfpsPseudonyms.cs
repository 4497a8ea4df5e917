using System.Collections.Concurrent;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>vfps: $create-pseudonym, one value a call; a value that has a pseudonym gets the same again.</summary>
sealed class VfpsPseudonyms(ServiceClient client, string name) : IPseudonymService, IDisposable
{
    const int InFlight = 4;

    public async Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentDictionary<PatientKey, PseudonymAnswer>();
        await Parallel.ForEachAsync(
            patients, new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken },
            async (patient, token) => answers[patient] = await AskAsync(patient, token));
        return answers;
    }

    public void Dispose() => client.Dispose();

    async Task<PseudonymAnswer> AskAsync(PatientKey patient, CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync("$create-pseudonym", FhirParameters.Write(("namespace", name), ("originalValue", patient.Id)), cancellationToken);
        if (answer.Parameters is not { } parameters) return PseudonymAnswer.None(answer.Trouble!);
        if (FhirParameters.Value(parameters, "originalValue") is { } original && original != patient.Id) return PseudonymAnswer.None("the pseudonym service answered for another patient");
        return FhirParameters.Value(parameters, "pseudonymValue") is { } pseudonym
            ? PseudonymAnswer.Of(pseudonym)
            : PseudonymAnswer.None("the pseudonym service left this patient out");
    }
}
