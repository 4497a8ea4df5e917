using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>A package of profiles and value sets: published and loaded, or our own tables.</summary>
/// <param name="Sha256">Hash of the archive, in lower-case hex; empty for the shipped tables and folders.</param>
/// <param name="Problems">One sentence for each part that could not be used.</param>
public sealed record ProfilePackage(
    string Name, string Version, string Sha256, IReadOnlyList<ProfileStatement> Profiles, IReadOnlyList<CodeTable> ValueSets, IReadOnlyList<string> Problems);

/// <summary>A profile as its differential: what it adds to its base.</summary>
/// <param name="Contexts">For extensions: the element paths it may stand on; empty = anywhere.</param>
public sealed record ProfileStatement(
    string Url, string Version, string Type, string Base, IReadOnlyList<string> Contexts, bool IsModifier, IReadOnlyList<ElementStatement> Elements);

/// <summary>One constrained element, named by its element id (with slice names).</summary>
public sealed record ElementStatement(string Id)
{
    public int? Minimum { get; init; }

    /// <summary>A number, "*", or null when the profile is silent.</summary>
    public string? Maximum { get; init; }

    public IReadOnlyList<TypeStatement> Types { get; init; } = [];

    public DataType? Fixed { get; init; }

    public DataType? Pattern { get; init; }

    public BindingStatement? Binding { get; init; }

    public SlicingStatement? Slicing { get; init; }

    public int? MaxLength { get; init; }

    public DataType? MinimumValue { get; init; }

    public DataType? MaximumValue { get; init; }

    public IReadOnlyList<ConstraintStatement> Constraints { get; init; } = [];
}

public sealed record TypeStatement(string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> Targets);

public sealed record BindingStatement(string Strength, string ValueSet);

/// <summary>An invariant of a loaded package as FHIRPath.</summary>
public sealed record ConstraintStatement(string Key, bool IsError, string Text, string Expression);

/// <param name="Ordered">Items stand in the order of their slices.</param>
/// <param name="OpenAtEnd">Items of no slice stand behind all others.</param>
public sealed record SlicingStatement(IReadOnlyList<Discriminator> Discriminators, bool Closed, bool Ordered = false, bool OpenAtEnd = false);

/// <summary>How slices are told apart (FHIR R4 profiling, 5.1.0.12): kind is value, pattern, type, exists or profile.</summary>
public sealed record Discriminator(string Kind, string Path);
