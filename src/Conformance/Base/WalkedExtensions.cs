using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>
/// The extensions met on a walk whose definitions have several versions. When that walk found nothing wrong, a walk under another version differs in their content alone: it need
/// not be made again.
/// </summary>
sealed class WalkedExtensions
{
    readonly List<(Run.Frame[] Place, Extension Extension, KnownExtension Known)> met = [];

    /// <summary>The base rules hold, and no contained resource has claims of its own.</summary>
    public bool FoundNothing { get; set; }

    public void Add(Extension extension, KnownExtension known, Run run) => met.Add((run.Place(), extension, known));

    /// <summary>Checks their content under the version of another run, at the same places.</summary>
    public void Check(Run run)
    {
        var root = run.Place();
        foreach (var (place, extension, known) in met)
        {
            run.Go(place);
            ExtensionRules.Content(extension, known, run);
        }

        run.Go(root);
    }
}
