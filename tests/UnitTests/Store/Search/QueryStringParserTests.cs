using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class QueryStringParserTests
{
    static readonly QueryContext Context = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), [new Uri("http://server.example/fhir")]);

    [Theory]
    [InlineData("modality", "CT", "a code of any system")]
    [InlineData("modality", "http://dicom.nema.org/resources/ontology/DCM|CT", "system and code")]
    [InlineData("modality", "|CT", "a code without system")]
    [InlineData("modality", "http://dicom.nema.org/resources/ontology/DCM|", "any code of a system")]
    [InlineData("modality", "CT,MR,|US", "alternatives")]
    [InlineData("modality", @"a\,b\|c\$d\\e", "escaped separators are letters")]
    [InlineData("modality:not", "CT,MR", "negation of the whole list")]
    [InlineData("modality:missing", "true", "presence")]
    [InlineData("bodysite", "51185008", "a synonym stays as written")]
    [InlineData("modality-body-site", "CT$51185008", "a tuple")]
    [InlineData("modality-body-site", "http://x|CT$|1,MR$2", "tuples with systems, alternatives")]
    [InlineData("contrast-bolus", "false", "a boolean")]
    [InlineData("started", "ge2024-01-01", "a prefix")]
    [InlineData("started", "2024,2023-05,ap2020", "precisions")]
    [InlineData("started", "lt2024-01-01T10:00:00+01:00", "a time with its zone")]
    [InlineData("patient", "abc", "a bare id")]
    [InlineData("patient", "Patient/abc,http://elsewhere.example/fhir/Patient/x", "relative and absolute")]
    [InlineData("subject:Patient", "abc", "a type modifier")]
    [InlineData("_profile", "http://x/y|2026.0.0", "a canonical with its version")]
    [InlineData("_profile:below", "http://x/y|2026", "a version prefix")]
    [InlineData("_id", "a,b", "ids")]
    [InlineData("_lastUpdated", "gt2024-01-01T00:00:00Z", "common parameters too")]
    [InlineData("identifier", "urn:dicom:uid|urn:oid:1.2.3", "the study UID")]
    [InlineData("kvp", "gt120|http://unitsofmeasure.org|kV", "a quantity")]
    [InlineData("kvp", "le120||kV,80", "a unit without system; a number alone")]
    [InlineData("number-series", "1.0,1e2,-3,ap5", "numbers")]
    [InlineData("description", @"CT Sch\,del", "text with an escape")]
    [InlineData("description:exact", "CT", "letter for letter")]
    [InlineData("description:contains", "Thor", "anywhere")]
    [InlineData("modality:text", "comp", "words beside a code")]
    [InlineData("identifier:of-type", "http://x|ACSN|A1", "an identifier by type")]
    [InlineData("patient:identifier", "http://x|1", "identifier of a reference")]
    [InlineData("series-bodysite:below", "http://snomed.info/sct|43799004", "parts of a region")]
    [InlineData("series-modality-contrast", "CT$true,MR$false", "modality and contrast of one series")]
    [InlineData("series-modality-bodysite-laterality", "CT$1$2", "three parts")]
    [InlineData("performer:Device.manufacturer", "SIEMENS", "a chain with its type")]
    [InlineData("contrast-bolus-details.medication.code", "http://x|V08AB02", "a chain of two")]
    [InlineData("contrast-bolus-details.code:text", "iomeprol", "a chain to a modifier")]
    [InlineData("_has:Observation:derived-from:code", "x", "a reverse chain")]
    [InlineData("_sort", "-started,_id", "order")]
    [InlineData("_include", "ImagingStudy:performer:Device", "an include")]
    [InlineData("_include", "*", "everything")]
    [InlineData("_revinclude", "Observation:derived-from", "a reverse include")]
    public void Printing_a_parsed_parameter_gives_it_back(string name, string value, string reason)
    {
        var parsed = Parse(name, value);

        Assert.True(parsed.Problems.Count == 0, reason);
        Assert.Equal([KeyValuePair.Create(name, value)], parsed.Request.Print());
    }

    [Theory]
    [InlineData("modality", "a|b|c", QueryProblemKind.Invalid, "two bars")]
    [InlineData("modality", @"a\b", QueryProblemKind.Invalid, "an escape of nothing")]
    [InlineData("modality", "|", QueryProblemKind.Invalid, "neither system nor code")]
    [InlineData("modality", ",", QueryProblemKind.Invalid, "nothing between commas")]
    [InlineData("modality:missing", "foo", QueryProblemKind.Invalid, "missing is true or false")]
    [InlineData("modality:exact", "CT", QueryProblemKind.NotSupported, "a modifier of strings")]
    [InlineData("modality:in", "http://x", QueryProblemKind.NotSupported, "no terminology: never ignored")]
    [InlineData("modality:foo", "CT", QueryProblemKind.Invalid, "no modifier at all")]
    [InlineData("modality-body-site", "CT", QueryProblemKind.Invalid, "one part of two")]
    [InlineData("modality-body-site", "CT$", QueryProblemKind.Invalid, "an empty part")]
    [InlineData("modality-body-site", "CT$1$2", QueryProblemKind.Invalid, "three parts of two")]
    [InlineData("modality-body-site:missing", "true", QueryProblemKind.NotSupported, "composites take no modifier")]
    [InlineData("contrast-bolus", "yes", QueryProblemKind.Invalid, "no boolean")]
    [InlineData("contrast-bolus", "x|true", QueryProblemKind.Invalid, "a boolean has no system")]
    [InlineData("started", "2031-13", QueryProblemKind.Invalid, "no thirteenth month")]
    [InlineData("started", "2031-02-30", QueryProblemKind.Invalid, "no thirtieth of February")]
    [InlineData("started", "20310315", QueryProblemKind.Invalid, "DICOM's form")]
    [InlineData("started", "23 May 2009", QueryProblemKind.Invalid, "words")]
    [InlineData("started", "xx2024", QueryProblemKind.Invalid, "no prefix")]
    [InlineData("started", "2024-01-01T10", QueryProblemKind.Invalid, "hours without minutes")]
    [InlineData("started", "gt", QueryProblemKind.Invalid, "a prefix alone")]
    [InlineData("started:not", "2024", QueryProblemKind.NotSupported, "a modifier of tokens")]
    [InlineData("patient:Patient", "Patient/a", QueryProblemKind.Invalid, "the type twice")]
    [InlineData("patient:Foo", "a", QueryProblemKind.Invalid, "no type")]
    [InlineData("patient:in", "a", QueryProblemKind.NotSupported, "a modifier of tokens")]
    [InlineData("_id", "x|a", QueryProblemKind.Invalid, "an id has no system")]
    [InlineData("patient.color", "x", QueryProblemKind.NotSupported, "a chain is never ignored, even to what is unknown")]
    [InlineData("encounter.class", "x", QueryProblemKind.NotSupported, "encounters are not stored here")]
    [InlineData("modality.code", "x", QueryProblemKind.Invalid, "no reference")]
    [InlineData("performer:Foo.manufacturer", "x", QueryProblemKind.Invalid, "no type")]
    [InlineData("performer:Practitioner.name", "x", QueryProblemKind.NotSupported, "a type that is not stored")]
    [InlineData("_has:Observation:subject", "x", QueryProblemKind.Invalid, "no parameter")]
    [InlineData("_has:Foo:subject:code", "x", QueryProblemKind.Invalid, "no type")]
    [InlineData("_has:Observation:derived-from:foo", "x", QueryProblemKind.NotSupported, "no parameter of the other type")]
    [InlineData("_has:Observation:patient:code", "x", QueryProblemKind.Invalid, "a patient is no study")]
    [InlineData("patient._has:Observation:patient:subject._has:Observation:patient:subject._has:Observation:patient:code", "x", QueryProblemKind.TooCostly, "a chain of six links")]
    [InlineData("kvp", "abc", QueryProblemKind.Invalid, "no number")]
    [InlineData("kvp", "120|kV", QueryProblemKind.Invalid, "two parts")]
    [InlineData("kvp", "120|http://unitsofmeasure.org|", QueryProblemKind.Invalid, "a system without code")]
    [InlineData("kvp", "120|a|b|c", QueryProblemKind.Invalid, "four parts")]
    [InlineData("kvp:not", "120", QueryProblemKind.NotSupported, "a modifier of tokens")]
    [InlineData("number-series", "gt", QueryProblemKind.Invalid, "a prefix alone")]
    [InlineData("number-series", "1|2", QueryProblemKind.Invalid, "a number has no unit")]
    [InlineData("number-series", "1e99", QueryProblemKind.Invalid, "more than a decimal holds")]
    [InlineData("number-series", "1.", QueryProblemKind.Invalid, "a point without digits")]
    [InlineData("number-series", "xx3", QueryProblemKind.Invalid, "no prefix")]
    [InlineData("description", "\u0301", QueryProblemKind.Invalid, "a mark without letter would find everything")]
    [InlineData("description:text", "a", QueryProblemKind.NotSupported, "full text is not offered")]
    [InlineData("identifier:of-type", "a|b", QueryProblemKind.Invalid, "two of three parts")]
    [InlineData("identifier:of-type", "|b|c", QueryProblemKind.Invalid, "all three are needed")]
    [InlineData("series", "urn:dicom:uid|1.2", QueryProblemKind.Invalid, "a UID has no system")]
    [InlineData("modality:in", "http://x,http://y", QueryProblemKind.Invalid, "one value set at a time")]
    [InlineData("series-bodysite:below", "http://snomed.info/sct|", QueryProblemKind.Invalid, "below nothing")]
    [InlineData("modality:below", "CT", QueryProblemKind.NotSupported, "only body sites have regions")]
    [InlineData("series-modality-contrast", "CT", QueryProblemKind.Invalid, "an incomplete tuple")]
    [InlineData("series-modality-contrast", "CT$yes", QueryProblemKind.Invalid, "contrast is true or false")]
    [InlineData("_include:iterate", "ImagingStudy:performer", QueryProblemKind.NotSupported, "no iteration")]
    [InlineData("_include", "ImagingStudy", QueryProblemKind.Invalid, "no parameter")]
    [InlineData("_include", "ImagingStudy:modality", QueryProblemKind.Invalid, "no reference")]
    public void A_bad_parameter_is_refused_whatever_the_handling(string name, string value, QueryProblemKind kind, string reason)
    {
        var problem = Assert.Single(Parse(name, value).Problems);

        Assert.True(problem.Kind == kind && !problem.Ignorable, $"{reason}: {problem}");
        Assert.Equal(name, problem.Parameter);
    }

    [Fact]
    public void An_unknown_parameter_names_the_nearest_ones_and_may_be_ignored()
    {
        var problem = Assert.Single(Parse("bodysit", "1").Problems);

        Assert.True(problem.Ignorable);
        Assert.Contains("'bodysit'", problem.Text, StringComparison.Ordinal);
        Assert.Contains("bodysite", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_values_are_dropped() => Assert.Empty(Parse("modality", "").Request.Criteria);

    [Fact]
    public void Too_many_values_are_refused_not_cut()
    {
        var problem = Assert.Single(Parse("modality", string.Join(',', Enumerable.Repeat("CT", QueryStringParser.MostValues + 1))).Problems);

        Assert.Equal(QueryProblemKind.TooCostly, problem.Kind);
    }

    [Fact]
    public void Too_many_parameters_are_refused()
    {
        var parsed = QueryStringParser.Parse(ServedType.ImagingStudy, Enumerable.Repeat(KeyValuePair.Create("modality", "CT"), 10_000), Context);

        Assert.Equal(QueryProblemKind.TooCostly, Assert.Single(parsed.Problems).Kind);
    }

    [Theory]
    [InlineData("a", "Patient/a")]
    [InlineData("Patient/a", "Patient/a")]
    [InlineData("http://server.example/fhir/Patient/a", "Patient/a")]
    public void Every_spelling_of_a_reference_here_finds_both_stored_forms(string value, string relative)
    {
        var criterion = Assert.IsType<ReferenceCriterion>(Assert.Single(Parse("patient", value).Request.Criteria));

        Assert.Equal([relative, "http://server.example/fhir/" + relative], Assert.Single(criterion.Values).Targets);
    }

    static ParsedQuery Parse(string name, string value) => QueryStringParser.Parse(ServedType.ImagingStudy, [KeyValuePair.Create(name, value)], Context);
}
