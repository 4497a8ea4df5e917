using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// gPAS behind the TTP-FHIR gateway: $pseudonymizeAllowCreate with one 'original' a patient. Answers are matched by their part 'original', for the
/// gateway promises no order.
/// </summary>
sealed class GpasPseudonyms(ServiceClient client, string domain) : IPseudonymService, IDisposable
{
    const string Operation = "$pseudonymizeAllowCreate";

    // The operation up to gateway 1.10.2 answered one original a call, under a parameter named like it.
    const string OldOperation = "$pseudonymize-allow-create";

    // Single calls take 50 ms each; 100 in a call and four calls side by side is what sites run it with.
    const int BatchSize = 100;
    const int InFlight = 4;

    bool? isOld;

    public async Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentDictionary<PatientKey, PseudonymAnswer>();
        await Parallel.ForEachAsync(
            patients.Chunk(BatchSize), new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                foreach (var (patient, answer) in await AskAsync(batch, token)) answers[patient] = answer;
            });
        return answers;
    }

    public void Dispose() => client.Dispose();

    async Task<IEnumerable<(PatientKey, PseudonymAnswer)>> AskAsync(PatientKey[] batch, CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync(Operation, FhirParameters.Write([("target", domain), .. batch.Select(patient => ("original", patient.Id))]), cancellationToken);
        if (answer.Parameters is not { } parameters)
        {
            var trouble = PseudonymAnswer.None(await IsOldAsync(answer.Status, cancellationToken)
                ? $"the gateway is older than the operation {Operation} (it has {OldOperation} of TTP-FHIR 1.10.2 and before): update it"
                : answer.Trouble!);
            return batch.Select(patient => (patient, trouble));
        }

        var pseudonyms = Read(parameters);
        return batch.Where(patient => pseudonyms.ContainsKey(patient.Id)).Select(patient => (patient, pseudonyms[patient.Id]));
    }

    Dictionary<string, PseudonymAnswer> Read(JsonElement parameters)
    {
        var found = new Dictionary<string, PseudonymAnswer>(StringComparer.Ordinal);
        foreach (var parts in FhirParameters.Parts(parameters, "pseudonym"))
        {
            if (FhirParameters.Value(parts, "original") is not { } original || FhirParameters.Value(parts, "pseudonym") is not { } pseudonym) continue;
            if (FhirParameters.Value(parts, "target") is { } target && target != domain) continue;
            found[original] = found.TryGetValue(original, out var before) && before.Pseudonym != pseudonym
                ? PseudonymAnswer.None("the pseudonym service gave one patient several pseudonyms")
                : PseudonymAnswer.Of(pseudonym);
        }

        return found;
    }

    // Versions are written in too many ways to compare (2.13, 2025.1.1): what the gateway says it offers counts, else which operation it knows.
    async Task<bool> IsOldAsync(HttpStatusCode status, CancellationToken cancellationToken)
    {
        if (status is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest)) return false;
        if (isOld is { } known) return known;
        var (_, offered) = await client.GetAsync("metadata", cancellationToken);
        if (offered.Contains(Operation[1..], StringComparison.Ordinal)) return (isOld = false).Value;
        if (offered.Contains(OldOperation[1..], StringComparison.Ordinal)) return (isOld = true).Value;
        var (old, _) = await client.GetAsync(OldOperation, cancellationToken);
        return (isOld = status == HttpStatusCode.NotFound && old is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnprocessableEntity).Value;
    }
}
