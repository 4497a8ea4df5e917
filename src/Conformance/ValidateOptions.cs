using Dicom2Fhir.Conformance.Rules;
using Dicom2Fhir.Conformance.Terminology;

namespace Dicom2Fhir.Conformance;

/// <summary>What one validation is asked to do and what it may cost.</summary>
public sealed record ValidateOptions
{
    public static ValidateOptions Default { get; } = new();

    /// <summary>Canonicals, with or without "|version", to judge by besides the claimed ones. Each has to be loaded (<see cref="ConformanceEngine.Knows"/>); one that is not is an error.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>Judges by this version of a profile whichever version is claimed.</summary>
    internal CompiledProfile? Instead { get; init; }

    /// <summary>Value sets to use; null = the tables of the engine.</summary>
    public ValueSets? Terminology { get; init; }

    public int MaximumIssues { get; init; } = 1000;

    public int MaximumDepth { get; init; } = 64;

    public int MaximumBytes { get; init; } = 64 << 20;

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
