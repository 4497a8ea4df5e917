using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.UnitTests.Store;

public sealed class StoreConnectionTests
{
    // No server is asked before the first search.
    [Theory]
    [InlineData("Host=db.example;Username=reader", 28, 5)]
    [InlineData("Host=db.example;Username=reader;Maximum Pool Size=7;Timeout=9", 7, 9)]
    [InlineData("Host=db.example;Username=reader;maxpoolsize=100", 100, 5)]
    public async Task Pools_leave_connections_for_other_programs_unless_the_site_says_otherwise(string connectionString, int pool, int timeout)
    {
        await using var store = await StoreConnection.OpenForReadingAsync("", connectionString, null, TestContext.Current.CancellationToken);

        var settings = new NpgsqlConnectionStringBuilder(store.Read.ConnectionString);
        Assert.Equal((pool, timeout), (settings.MaxPoolSize, settings.Timeout));
    }
}
