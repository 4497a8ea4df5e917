using Dicom2Fhir.Dicom;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>What is kept of each attribute of a header (design decision 4).</summary>
sealed class AttributePolicy
{
    readonly KeyedHash key;
    readonly PrivacyOptions policy;
    readonly Change[] changes;

    /// <summary>What becomes of a value; null drops it.</summary>
    delegate string? Change(string value, string pseudonym, Scrubber scrubber);

    public AttributePolicy(KeyedHash key, PrivacyOptions policy)
    {
        (this.key, this.policy) = (key, policy);
        changes = [.. TagMap.All.Select(ChangeOf)];
    }

    /// <param name="pseudonym">Of the instance's patient.</param>
    public InstanceAttributes Apply(InstanceAttributes instance, string pseudonym)
    {
        var scrubber = Scrubber.For(instance, withUids: !policy.KeepUids);
        return instance.With((row, value) => value is null ? null : changes[row.Index](value, pseudonym, scrubber));
    }

    Change ChangeOf(TagRow row) => row.Privacy switch
    {
        Privacy.PatientId => (_, pseudonym, _) => pseudonym,
        Privacy.PatientIdIssuer or Privacy.ScrubberOnly => Drop,
        Privacy.Accession => (value, _, _) => value.Length == 0 ? value : key.Accession(value.Trim()),
        Privacy.Text when policy.KeepTexts || row == TagMap.ContrastBolusAgent => (value, _, scrubber) => scrubber.Clean(value),
        Privacy.Text => Drop,
        Privacy.Uid when !policy.KeepUids => (value, _, _) => Each(value, key.Uid),
        Privacy.Device when !policy.KeepDevices => (value, _, _) => Each(value, text => key.Device(Normal(text))),
        Privacy.Keep when !policy.KeepDates && DataDictionary.VrOf(row.Path.Leaf) is "DA" or "DT" => (value, _, _) => Each(value, Year),
        Privacy.Keep when !policy.KeepDates && DataDictionary.VrOf(row.Path.Leaf) == "TM" => Drop,
        _ => Keep,
    };

    static string? Drop(string value, string pseudonym, Scrubber scrubber) => null;

    static string? Keep(string value, string pseudonym, Scrubber scrubber) => value;

    // Values of one attribute, and of the items of a sequence, are joined by backslashes: each stays in its place.
    static string Each(string value, Func<string, string> change) =>
        string.Join('\\', value.Split('\\').Select(part => part.Trim().Length == 0 ? "" : change(part.Trim())));

    static string Year(string date) => date.Length >= 4 && date.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0 ? date[..4] : "";

    // One device whichever spelling came (design decision 16).
    static string Normal(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}
