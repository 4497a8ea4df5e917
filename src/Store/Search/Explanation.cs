namespace Dicom2Fhir.Store.Search;

/// <summary>How a search was understood and how it is answered (__explain=true).</summary>
/// <param name="Problem">Set when the database refuses the search.</param>
public sealed record SearchExplanation(IReadOnlyList<ExplainedSearch> Searches, QueryProblem? Problem = null);

/// <param name="Sql">The statement that counts; a page reads the same rows.</param>
/// <param name="Values">Its parameters in order; long lists are shortened.</param>
/// <param name="EstimatedRows">Counted where bitmaps alone answer, else the planner's estimate (by typed rows: before they are looked up in bitmaps).</param>
public sealed record ExplainedSearch(ServedType Type, IReadOnlyList<ExplainedCriterion> Criteria, string Sql, IReadOnlyList<string> Values, long EstimatedRows);

/// <param name="Name">As the self link shows it; empty for a compartment.</param>
/// <param name="Meaning">The criterion in words.</param>
/// <param name="Terms">Bitmaps that answer it, at most 50 of them; the rest comes from typed rows.</param>
/// <param name="TermCount">How many bitmaps there are in all.</param>
/// <param name="UsesRows">Typed rows are read.</param>
public sealed record ExplainedCriterion(string Name, string Value, string Meaning, IReadOnlyList<ExplainedTerm> Terms, int TermCount, bool UsesRows);

/// <param name="Kind">Of the term, as Schema/0002_search.sql lists them.</param>
/// <param name="Rows">How many rows it ever had.</param>
public sealed record ExplainedTerm(string Kind, string System, string Code, long Rows);
