namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>One interaction asked for: by an HTTP request, or by an entry of a batch.</summary>
/// <param name="Segments">The path below the FHIR base, decoded.</param>
/// <param name="Query">Parameters of the URL and of a form together, decoded.</param>
/// <param name="Base">The FHIR base that links of the answer start with.</param>
sealed record FhirCall(string Method, IReadOnlyList<string> Segments, IReadOnlyList<KeyValuePair<string, string>> Query, Uri Base)
{
    /// <summary>R4 search 3.1.1.3: unknown parameters are ignored instead of refused; null: as the settings say.</summary>
    public bool? Lenient { get; init; }

    public Conditions Conditions { get; init; } = Conditions.None;

    /// <summary>Of a batch entry: the answer goes into a Bundle whole, it is never closed by its size.</summary>
    public bool Nested { get; init; }

    /// <summary>The Bundle of a batch; empty for every other call.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>The answer to a call, before it is written in a format.</summary>
/// <param name="Json">A resource; null without one (304, redirects).</param>
sealed record FhirAnswer(int Status, JsonBody? Json)
{
    public string? ETag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    public string? Location { get; init; }

    /// <summary>What was done with Prefer: handling (RFC 7240 section 3); null when it made no difference to ask.</summary>
    public string? PreferenceApplied { get; init; }

    /// <summary>The _format and _pretty of the query behind a page link; empty: those of the request count.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Presentation { get; init; } = [];
}
